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

async function judge(at, inPage, width, colorScheme) {
  const found = [];
  await inPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" }, async (page) => {
    await page.evaluate(AXE);
    const check = async (name) => {
      const violations = await page.evaluate(async () => (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary}`));
      found.push(...violations.map((violation) => `${name}: ${violation}`));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) found.push(`${name}: ${wide} pixels too wide`);
    };
    await check("start");
    await signIn(page, at);
    for (const address of ["", "/tree", "/file?path=src/new.py&line=2", "/blame?path=src/new.py", "/history", "/commit?sha=main", `/commit?sha=${at.renameCommit}`, `/compare?base=main&head=${at.topic}&layout=split`, "/search?q=compute", "/file?path=none"]) {
      await view(page, address && `${at.repositoryId}${address}`);
      if (address.startsWith("/blame")) await page.locator("table.blame .who").first().getByText("Ada").waitFor();
      if (/^\/(file\?path=src|blame)/.test(address)) await page.locator("td.text .hl-keyword").first().waitFor();
      if (address.endsWith(at.renameCommit)) await page.getByRole("button", { name: /^Diff of/ }).click();
      if (address.endsWith(at.renameCommit)) await page.locator("table.diff .hl-keyword").first().waitFor();
      if (address.startsWith("/compare")) {
        await page.getByRole("button", { name: "Show all diffs" }).click();
        await page.locator("table.diff .hl-keyword").first().waitFor();
        await page.getByRole("combobox", { name: "Base" }).focus();
        await page.locator("[role=option]").first().waitFor();
        await check("refs to pick");
        await page.keyboard.press("Escape");
      }
      await page.locator("details.calls summary").click();
      await check(`Browse ${address}`);
    }
    for (const [address, answers] of [["ListCommits", true], ["GetCommit", true], ["UpdateCodeMapping", false], ["BatchGetCommitContext", false]]) {
      await open(page, `${address}?repository_id=${at.repositoryId}${address === "GetCommit" ? "&commit_sha=none-such" : ""}`);
      if (answers) await run(page);
      await page.locator("main details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
      await check(address);
    }
    await goTo(page, "#/calls");
    await page.getByRole("heading", { name: "Calls of this tab" }).waitFor();
    await check("calls");
    await goTo(page, "#/types/Commit");
    await page.getByRole("heading", { name: "Commit message" }).waitFor();
    await check("a type");
  });
  assert.deepEqual(found, []);
}
