// axe-core (the engine of most accessibility checkers) on every kind of page, in both widths, light and dark.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { view } from "./browse.mjs";
import { goTo } from "./browser.mjs";
import { open, run, signIn } from "./scenarios.mjs";

const AXE = readFileSync(createRequire(new URL("../node/", import.meta.url)).resolve("axe-core/axe.min.js"), "utf8");

export const scenarios = {
  async "has nothing that axe finds, on a phone, light"(_, at, inPage) {
    await judge(at, inPage, 390, "light");
  },
  async "has nothing that axe finds, on a phone, dark"(_, at, inPage) {
    await judge(at, inPage, 390, "dark");
  },
  async "has nothing that axe finds, on a desk, light"(_, at, inPage) {
    await judge(at, inPage, 1280, "light");
  },
  async "has nothing that axe finds, on a desk, dark"(_, at, inPage) {
    await judge(at, inPage, 1280, "dark");
  },
};

// What is the same in the dark is judged in the light alone.
const DARK = { runOnly: { type: "rule", values: ["color-contrast"] } };
const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");

/** Judges each kind of page, and keeps a screenshot of it. */
async function judge(at, inPage, width, colorScheme) {
  const found = [];
  const check = async (page, name) => {
    const violations = await page.evaluate(async (options) => (await globalThis.axe.run(options)).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary}`), colorScheme === "dark" ? DARK : {});
    found.push(...violations.map((violation) => `${name}: ${violation}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) found.push(`${name}: ${wide} pixels too wide`);
    if (at.screenshots) await page.screenshot({ path: `${at.screenshots}/${width}-${colorScheme}-${slug(name)}.png` });
  };
  const options = { viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" };
  await inPage(options, async (page) => {
    await page.evaluate(AXE);
    await check(page, "start");
    await signIn(page, at);
    await browsed(page, at, check);
    await called(page, at, check);
  });
  await inPage({ ...options, at: at.vendors.url }, async (page) => {
    await page.evaluate(AXE);
    await signIn(page, at.vendors);
    const pull = `/pull?number=${at.vendors.pull}`;
    // GitLab's has fewer comments: what repeats need not be judged again.
    for (const [vendor, address] of [["github", "/pulls?head=topic"], ["gitlab", pull], ["gitlab", `${pull}&tab=checks`], ["github", `${pull}&tab=checks`], ["github", `${pull}&tab=files&file=src/app.py&layout=unified`], ["github", `${pull}&tab=files&file=src/app.py&layout=split`]]) {
      await view(page, `${at.vendors.ids[vendor]}${address}`);
      await page.locator("main details.thread").evaluateAll((all) => all.forEach((details) => (details.open = true)));
      await check(page, `${vendor} ${address}`);
    }
  });
  assert.deepEqual(found, []);
}

async function browsed(page, at, check) {
  for (const address of ["", "/tree", "/file?path=src/new.py&line=2", "/blame?path=src/new.py", "/history", "/commit?sha=main", `/commit?sha=${at.renameCommit}`, `/compare?base=main&head=${at.topic}&layout=split&file=old.py`, "/search?q=compute", "/file?path=none"]) {
    await view(page, address && `${at.repositoryId}${address}`);
    if (address.startsWith("/blame")) await page.locator("table.blame .who").first().getByText("Ada").waitFor();
    if (/^\/(file\?path=src|blame)/.test(address)) await page.locator("td.text .hl-keyword").first().waitFor();
    if (address.endsWith(at.renameCommit)) await page.getByRole("button", { name: /^Diff of/ }).click();
    if (address.endsWith(at.renameCommit)) await page.locator("table.diff .hl-keyword").first().waitFor();
    if (address.startsWith("/compare")) {
      await page.locator("table.diff .hl-keyword").first().waitFor();
      await page.getByRole("combobox", { name: "Base" }).focus();
      await page.locator("[role=option]").first().waitFor();
      await check(page, "refs to pick");
      await page.keyboard.press("Escape");
    }
    await page.locator("details.calls summary").click();
    await check(page, `Browse ${address.replace(at.renameCommit, "rename")}`);
  }
}

async function called(page, at, check) {
  for (const [address, answers] of [["ListCommits", true], ["GetCommit", true], ["UpdateCodeMapping", false], ["BatchGetCommitContext", false]]) {
    await open(page, `${address}?repository_id=${at.repositoryId}${address === "GetCommit" ? "&commit_sha=none-such" : ""}`);
    if (answers) await run(page);
    await page.locator("main details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
    await check(page, address);
  }
  await goTo(page, "#/calls");
  await page.getByRole("heading", { name: "Calls of this tab" }).waitFor();
  await check(page, "calls");
  await goTo(page, "#/types/Commit");
  await page.getByRole("heading", { name: "Commit message" }).waitFor();
  await check(page, "a type");
}
