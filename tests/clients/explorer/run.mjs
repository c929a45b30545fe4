// Runs the scenarios in Chromium and takes the screenshots; prints as JSON what came of them.
//   node run.mjs '{"url", "apiKey", "organizationId", "repositoryId", ..., "screenshots": DIRECTORY}'
import { createRequire } from "node:module";
import { open, run, scenarios, signIn } from "./scenarios.mjs";

const { chromium } = createRequire(new URL("../node/", import.meta.url))("playwright-core");
const at = JSON.parse(process.argv[2]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
const found = { results: {}, samples: {}, foreign: [], violations: [], errors: [] };

async function inPage(options, work) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(5_000);
  const page = await context.newPage();
  page.on("request", (request) => new URL(request.url()).origin === new URL(at.url).origin || found.foreign.push(request.url()));
  page.on("pageerror", (error) => found.errors.push(String(error.stack)));
  await page.exposeFunction("reportViolation", (text) => found.violations.push(text));
  await page.addInitScript(() => addEventListener("securitypolicyviolation", (event) => globalThis.reportViolation(`${event.violatedDirective}: ${event.blockedURI}`)));
  try {
    await page.goto(at.url);
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
    return await work(page);
  } finally {
    await context.close();
  }
}

for (const [name, scenario] of Object.entries(scenarios)) {
  try {
    Object.assign(found.samples, await inPage({}, (page) => scenario(page, at)));
    found.results[name] = "";
  } catch (error) {
    found.results[name] = String(error.stack);
  }
}

for (const [device, viewport] of [["phone", { width: 390, height: 844 }], ["desk", { width: 1280, height: 900 }]]) {
  for (const colorScheme of ["light", "dark"]) {
    await inPage({ viewport, colorScheme, reducedMotion: "reduce" }, async (page) => {
      const shot = (what, fullPage = true) => page.screenshot({ path: `${at.screenshots}/${device}-${colorScheme}-${what}.png`, fullPage });
      await shot("start");
      await signIn(page, at);
      await open(page, `ListCommits?repository_id=${at.repositoryId}`);
      await run(page);
      await shot("commits");
      await open(page, `GetCommit?repository_id=${at.repositoryId}&commit_sha=HEAD~1`);
      await run(page);
      await shot("error");
      await page.getByLabel(/^commit_sha/).fill("main");
      await run(page);
      await shot("commit");
      await open(page, `GetFile?repository_id=${at.repositoryId}&path=src/new.py`);
      await run(page);
      await page.getByRole("button", { name: "Blame" }).click();
      await page.locator("table.blame").waitFor();
      await shot("blame");
    }).catch((error) => found.errors.push(`${device} ${colorScheme}: ${error.stack}`));
  }
}
await browser.close();
process.stdout.write(JSON.stringify(found));
