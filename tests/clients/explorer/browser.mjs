// Chromium, and pages in it that tell what a page must not do. For every script that runs the explorer.
import { launch } from "../node/chromium.mjs";

// How long a condition is waited for, in milliseconds. A machine may be slow, and busy with other tests.
const PATIENCE = 90_000;

const VIEW = { viewport: { width: 1280, height: 900 } };

/** Makes a page as it was before a scenario. */
async function forget(page) {
  await page.unrouteAll({ behavior: "ignoreErrors" });
  page.removeAllListeners("request");
  page.removeAllListeners("worker");
  await page.context().clearCookies();
  await page.evaluate(() => (localStorage.clear(), sessionStorage.clear()));
  await page.setViewportSize(VIEW.viewport);
  await page.goto("about:blank");
}

/**
 * A browser that opens `url` for each piece of work. `found` gathers requests to other hosts, broken rules of the policy
 * and errors, of all pages; `results` of scenarios are "" or what failed.
 */
export async function openBrowser(url, ...args) {
  const browser = await launch(...args);
  const found = { results: {}, samples: {}, foreign: [], violations: [], errors: [] };

  async function makePage(options) {
    const context = await browser.newContext({ ...VIEW, ...options });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const at = options.at ?? url;
    context.on("request", (request) => new URL(request.url()).origin === new URL(at).origin || found.foreign.push(request.url()));
    page.on("pageerror", (error) => found.errors.push(String(error.stack)));
    await page.exposeFunction("reportViolation", (text) => found.violations.push(text));
    await page.addInitScript(() => addEventListener("securitypolicyviolation", (event) => globalThis.reportViolation(`${event.violatedDirective}: ${event.blockedURI}`)));
    return page;
  }

  async function openAt(page, address) {
    await page.goto(address);
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
  }

  async function inPage(options, work) {
    const page = await makePage(options);
    try {
      await openAt(page, options.at ?? url);
      return await work(page);
    } finally {
      await page.context().close();
    }
  }

  // A page in which a scenario went well is used by the next one, as a new context reads and compiles all files anew.
  let kept = null;

  async function inKeptPage(work) {
    const page = kept ?? (await makePage({}));
    kept = null;
    try {
      await openAt(page, url);
      const result = await work(page);
      await forget(page);
      kept = page;
      return result;
    } finally {
      if (!kept) await page.context().close();
    }
  }

  async function runAll(scenarios, at) {
    for (const [name, scenario] of Object.entries(scenarios)) {
      try {
        Object.assign(found.samples, await inKeptPage((page) => scenario(page, at, inPage)));
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
