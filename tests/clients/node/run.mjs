// Runs every client of a place against one server, as often as it is asked: each line of standard input is a JSON list of a
// place and a configuration. Prints the results of each as a line of JSON. All pages are opened in one Chromium.
//   ["node", {"url", "nativeUrl", "apiKey", "organizationId", "repositoryId"}]
//   ["chromium", {... as above, "page": the address of the page that makes the calls}]
import { createInterface } from "node:readline";
import { launch } from "./chromium.mjs";

let browser;
for await (const line of createInterface({ input: process.stdin })) {
  const [place, config] = JSON.parse(line);
  const results = place === "chromium" ? await inChromium(config) : await inNode(config);
  process.stdout.write(`${JSON.stringify(results)}\n`);
}
await browser?.close();
process.exit(0);

async function inNode(config) {
  const { default: xhr2 } = await import("xhr2");
  globalThis.XMLHttpRequest = xhr2;
  const { runAll } = await import("./node-clients.mjs");
  return runAll(config);
}

async function inChromium(config) {
  browser ??= await launch();
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(config.page);
    return await page.evaluate((given) => globalThis[given.run ?? "runAll"](given), config);
  } finally {
    await context.close();
  }
}
