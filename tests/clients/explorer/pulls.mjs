// What a person does with pull requests in Browse, on a site with vendors: `at.vendors` in what the test run knows.
import assert from "node:assert/strict";
import { view } from "./browse.mjs";
import { until } from "./browser.mjs";
import { signIn } from "./scenarios.mjs";

/** A page of the site with vendors, signed in, that shows a view of a vendor's repository. */
const onVendor = (at, inPage, vendor, address, work) =>
  inPage({ at: at.vendors.url }, async (page) => {
    await signIn(page, at.vendors);
    const show = (part) => view(page, `${at.vendors.ids[vendor]}/${part}`);
    await show(address);
    await work(page.getByRole("main"), page, show);
  });

const texts = (locator) => locator.allTextContents();

export const scenarios = {
  async "lists the pull requests of a repository by state, with how each stands, and goes on"(_, at, inPage) {
    await onVendor(at, inPage, "github", "tree", async (main, page, show) => {
      await main.getByRole("link", { name: "Pull requests", exact: true }).click();
      await main.getByText("25 and more pull requests").waitFor();
      const rows = main.locator(".pulls > li");
      assert.equal(await rows.count(), 25);
      assert.ok((await texts(rows.locator(".title > .tag:first-child"))).every((text) => text === "open" || text === "draft"));
      await rows.first().locator(".standing").getByText(/✓ passed/).waitFor();
      await main.getByRole("button", { name: "More" }).click();
      await main.getByText("50 and more pull requests").waitFor();
      await main.getByRole("link", { name: "Merged", exact: true }).click();
      await page.waitForURL(/pulls\?state=merged/);
      await rows.first().getByText("merged", { exact: true }).waitFor();
      assert.deepEqual(new Set(await texts(rows.locator(".title > .tag:first-child"))), new Set(["merged"]));
      await show("pulls?state=all&head=topic");
      await main.getByText("1 pull request", { exact: true }).waitFor();
      const row = rows.first();
      assert.match(await row.innerText(), /✗ changes requested\s+✗ failed/);
      await row.getByRole("link", { name: at.vendors.markup }).click();
      await main.getByRole("heading", { name: `${at.vendors.markup} in a title #8` }).waitFor();
      await show("pulls?state=closed&head=topic");
      await main.getByText("There is none of these.").waitFor();
    });
  },

  async "shows a pull request as a conversation in the order of time, whose resolved threads are folded"(_, at, inPage) {
    await onVendor(at, inPage, "github", `pull?number=${at.vendors.pull}`, async (main, page) => {
      assert.match(await main.locator(".sum").first().innerText(), /open ada proposes to merge topic into <b>main<\/b>/);
      const facts = await main.locator("dl.facts").innerText();
      assert.match(facts, /merge\s+can be merged/);
      assert.match(facts, /reviewers\s+zoe ○ has not answered/);
      assert.match(facts, /reviews\s+✗ changes requested\s+checks\s+✗ failed/);
      const items = main.locator(".timeline > li");
      assert.match(await items.first().innerText(), /ada opened it[^]*Why:/);
      const threads = items.locator(".thread");
      assert.equal(await threads.count(), 7);
      assert.match(await threads.filter({ hasText: "Thread 1 " }).innerText(), /src\/app\.py, lines 2–3[^]*ada wrote[^]*bob answered/);
      assert.match(await threads.filter({ hasText: "Thread 4 " }).innerText(), /src\/app\.py, line 4 of [0-9a-f]{10}, as it was outdated/);
      const folded = threads.filter({ hasText: "Thread 2 " });
      assert.equal(await folded.getByText("Answer 2").isVisible(), false);
      await folded.locator("summary").click();
      await folded.getByText("Answer 2").waitFor();
      await items.getByText("As eve sees it").waitFor();
      // What opened it is first, whatever the fake's clock says.
      const times = await main.locator(".timeline > li + li").evaluateAll((all) => all.map((one) => one.querySelector("time").dateTime));
      assert.ok(times.length > 100);
      assert.deepEqual(times, [...times].sort());
      // GitHub has 250 remarks.
      await main.getByText("There is more. What has not been read yet may belong between what is shown.").waitFor();
      const before = await items.count();
      await main.getByRole("button", { name: "More of the conversation" }).click();
      await until(async () => (await items.count()) === before + 100);
      await main.getByRole("button", { name: "More of the conversation" }).click();
      await until(async () => (await items.count()) === before + 150);
      assert.equal(await main.getByRole("button", { name: "More of the conversation" }).count(), 0);
      await threads.filter({ hasText: "Thread 1 " }).getByRole("link", { name: "src/app.py" }).click();
      await page.waitForURL(/tab=files&file=src\/app\.py/);
      await main.locator("table.diff").waitFor();
    });
  },

  async "shows the files of a pull request with threads at their lines, unified and side by side"(_, at, inPage) {
    await onVendor(at, inPage, "github", `pull?number=${at.vendors.pull}&tab=commits`, async (main, page, show) => {
      assert.equal(await main.locator(".commits > li").count(), 100);
      await show(`pull?number=${at.vendors.pull}&tab=files&file=src/app.py`);
      const file = main.locator(".changes > li").filter({ has: page.getByRole("button", { name: "Diff of src/app.py", exact: true }) });
      await file.getByText("5 threads").waitFor();
      // Each row with the threads in it, by the number of the line or the id of the thread.
      const rows = () => file.locator("table.diff tr").evaluateAll((all) => all.map((row) => (row.className === "threads" ? row.textContent.match(/Thread (\d)/)[1] : row.className === "hunk" ? "@@" : [...row.querySelectorAll(".text")].map((cell) => cell.textContent).join("|"))));
      await file.locator("tr.threads").first().waitFor();
      assert.deepEqual(await rows(), ["@@", "kept", "3", "gone", "2", "new", "new", "1"]);
      await file.getByText("On lines that this diff does not show:").waitFor();
      assert.match(await file.innerText(), /line 70[^]*Thread 5/);
      await main.getByRole("button", { name: "Side by side" }).click();
      assert.deepEqual(await rows(), ["@@", "kept|kept", "3", "gone|new", "2", "|new", "1"]);
      await main.getByRole("heading", { name: "Threads on files that are not listed yet" }).waitFor();
      const address = page.url();
      await page.reload();
      await page.locator("html[data-ready]").waitFor({ state: "attached" });
      await signIn(page, at.vendors);
      await page.keyboard.press("Enter");
      await file.locator("table.split tr.threads").first().waitFor();
      assert.equal(page.url(), address);
    });
  },

  async "shows what is reported on the head of a pull request"(_, at, inPage) {
    await onVendor(at, inPage, "github", `pull?number=${at.vendors.pull}&tab=checks`, async (main) => {
      assert.match(await main.locator(".sum").last().innerText(), /Of the head [0-9a-f]{10}: ✗ failed/);
      assert.deepEqual((await texts(main.getByRole("region", { name: "Statuses" }).locator(".title .tag"))).sort(), ["✓ passed", "✗ failed"]);
      assert.match(await main.getByRole("region", { name: "Check runs" }).innerText(), /– neutral lint/);
      assert.match(await main.getByRole("region", { name: "Pipelines" }).innerText(), /✓ passed|✗ failed/);
    });
  },

  async "says what a provider does not tell of a pull request, and what it does not have"(page, at, inPage) {
    await onVendor(at, inPage, "gitlab", `pull?number=${at.vendors.pull}`, async (main, _, show) => {
      await main.getByText("The provider does not tell whether the lines of a thread have changed since.").waitFor();
      assert.match(await main.locator("dl.facts").innerText(), /reviewers\s+Bob answer not told/);
      assert.match(await main.locator("dl.facts").innerText(), /reviews\s+none asked for, or not told/);
      await show(`pull?number=${at.vendors.pull}&tab=checks`);
      await main.getByRole("region", { name: "Check runs" }).getByText(/GitLab/).waitFor();
      await show("pull?number=9999");
      await main.getByRole("heading", { name: /^NOT_FOUND/ }).waitFor();
      await show("pull?number=x");
      await main.getByText("The address names no pull request.").waitFor();
    });
    await signIn(page, at);
    await view(page, `${at.repositoryId}/pulls`);
    await page.getByRole("main").getByRole("heading", { name: /^UNIMPLEMENTED/ }).waitFor();
  },

  async "shows text of a pull request as text, in every view"(_, at, inPage) {
    await onVendor(at, inPage, "github", "pulls?head=topic", async (main, page, show) => {
      const seen = async () => {
        assert.equal(await page.evaluate(() => globalThis.xss), undefined);
        assert.equal(await main.locator(":is(img, script, b:not([class]))").count(), 0);
      };
      await seen();
      for (const part of ["", "&tab=commits", "&tab=checks", `&tab=files&file=${encodeURIComponent(at.vendors.oddPath)}`]) {
        await show(`pull?number=${at.vendors.pull}${part}`);
        assert.ok((await main.innerText()).includes(at.vendors.markup), part);
        await seen();
      }
      await main.locator("tr.threads").getByText(/^Thread 6 <script>/).waitFor();
    });
  },
};
