// Chromium, and pages in it that tell what a page must not do. For every script that runs the explorer.
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../node/", import.meta.url))("playwright-core");

// How long a condition is waited for, in milliseconds. A machine may be slow, and busy with other tests.
const PATIENCE = 90_000;

/**
 * A browser that opens `url` for each piece of work. `found` gathers requests to other hosts, broken rules of the policy
 * and errors, of all pages; `results` of scenarios are "" or what failed.
 */
export async function openBrowser(url, ...args) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", ...args],
  });
  const found = { results: {}, samples: {}, foreign: [], violations: [], errors: [] };

  async function inPage(options, work) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const at = options.at ?? url;
    page.on("request", (request) => new URL(request.url()).origin === new URL(at).origin || found.foreign.push(request.url()));
    page.on("pageerror", (error) => found.errors.push(String(error.stack)));
    await page.exposeFunction("reportViolation", (text) => found.violations.push(text));
    await page.addInitScript(() => addEventListener("securitypolicyviolation", (event) => globalThis.reportViolation(`${event.violatedDirective}: ${event.blockedURI}`)));
    try {
      await page.goto(at);
      await page.locator("html[data-ready]").waitFor({ state: "attached" });
      return await work(page);
    } finally {
      await context.close();
    }
  }

  async function runAll(scenarios, at) {
    for (const [name, scenario] of Object.entries(scenarios)) {
      try {
        Object.assign(found.samples, await inPage({}, (page) => scenario(page, at, inPage)));
        found.results[name] = "";
      } catch (error) {
        found.results[name] = String(error.stack);
      }
    }
  }

  return { found, inPage, runAll, close: () => browser.close() };
}

/**
 * Goes to an address behind the "#", and returns when the page has shown it. The page is told of a new address by an event,
 * which a busy browser may deliver after the next question of the test.
 */
export const goTo = (page, address) =>
  page.evaluate(
    (hash) =>
      new Promise((shown) => {
        const before = location.hash;
        // After the page's own listener.
        addEventListener("hashchange", shown, { once: true });
        location.hash = hash;
        if (location.hash === before) shown();
      }),
    address,
  );

/** Waits until a condition holds. */
export async function until(condition) {
  const end = Date.now() + PATIENCE;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${PATIENCE} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
