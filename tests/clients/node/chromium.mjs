// The browser of all tests. Chromium without windows is the same engine, and takes two thirds of the processor time.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const WITHOUT_WINDOWS = "/usr/lib/chromium/chromium-headless-shell";

/** Starts the browser that CHROMIUM names, or the one that scripts/install-browser has installed. */
export const launch = (...args) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? (existsSync(WITHOUT_WINDOWS) ? WITHOUT_WINDOWS : "/usr/bin/chromium"),
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
      ...["--disable-background-networking", "--disable-component-update", ...args],
    ],
  });
