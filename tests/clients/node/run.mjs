// Runs every client of a place (node, chromium) against one server; prints the results as JSON.
//   node run.mjs node     '{"url", "nativeUrl", "apiKey", "organizationId", "repositoryId"}'
//   node run.mjs chromium '{... as above, "page": the address of the page that makes the calls}'
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [place, text] = process.argv.slice(2);
const config = JSON.parse(text);
const results = place === "chromium" ? await inChromium(config) : await inNode(config);
process.stdout.write(JSON.stringify(results));
process.exit(0);

async function inNode(config) {
  const { default: xhr2 } = await import("xhr2");
  globalThis.XMLHttpRequest = xhr2;
  const { runAll } = await import("./node-clients.mjs");
  return runAll(config);
}

async function inChromium(config) {
  const { chromium } = await import("playwright-core");
  const profile = await mkdtemp(join(tmpdir(), "scm-chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
      ...["--disable-background-networking", "--disable-component-update"],
    ],
  });
  try {
    const page = await browser.newPage();
    await page.goto(config.page);
    return await page.evaluate((given) => globalThis[given.run ?? "runAll"](given), config);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}
