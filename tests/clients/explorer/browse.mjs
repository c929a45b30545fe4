// What a person does in Browse, each in a page of its own. `at` is what the test run knows, as in scenarios.mjs.
import assert from "node:assert/strict";
import { goTo, until } from "./browser.mjs";
import { signIn } from "./scenarios.mjs";

export const scenarios = {
  async "browses from the repositories to a coloured file, and says which calls made each view"(page, at) {
    await signIn(page, at);
    await page.getByRole("link", { name: "Browse", exact: true }).click();
    const main = page.getByRole("main");
    await main.getByRole("link", { name: at.repositoryName, exact: true }).click();
    await main.getByText("3 directories, 1 file", { exact: true }).waitFor();
    assert.deepEqual(await names(page), ["docs", "many", "src", "new\nline.txt"]);
    await main.getByText(at.lastMessage).waitFor();
    await main.getByRole("link", { name: "src", exact: true }).click();
    await main.getByRole("link", { name: "new.py", exact: true }).click();
    await main.getByText("return compute()").waitFor();
    assert.equal(await main.locator("td.text").first().innerText(), "def main():");
    assert.equal(await main.locator("td.text .hl-keyword").first().innerText(), "def");
    assert.deepEqual(await calls(page), [["GetRepository", "OK"], ["GetFile", "OK"]]);
    await main.getByRole("link", { name: "GetFile", exact: true }).click();
    await main.getByRole("heading", { name: "GetFile", exact: true }).waitFor();
    assert.equal(await page.getByLabel(/^path/).inputValue(), "src/new.py");
    assert.equal(await page.getByLabel(/^repository_id/).inputValue(), String(at.repositoryId));
  },

  async "goes up by the path above a view, and finds the view as it was by going back"(page, at) {
    await signIn(page, at);
    await view(page, `${at.repositoryId}/file?path=src/new.py`);
    const sent = posts(page);
    const main = page.getByRole("main");
    await main.getByRole("navigation", { name: "Where this is" }).getByRole("link", { name: "src", exact: true }).click();
    await main.getByRole("link", { name: "The directory above" }).waitFor();
    // A view that is left before it is whole is not kept.
    await whole(page);
    await main.getByRole("link", { name: "The directory above" }).click();
    await main.getByRole("link", { name: "many", exact: true }).waitFor();
    await whole(page);
    const before = sent.length;
    await page.goBack();
    await page.goBack();
    await main.getByText("return compute()").waitFor();
    assert.equal(sent.length, before, "going back makes no calls");
    await main.getByText(/^Made by/).click();
    await main.getByRole("button", { name: "Make them again" }).click();
    await main.getByText("return compute()").waitFor();
    await until(() => sent.length > before);
  },

  async "lists the repositories of an organization that is named, and finds one by its name"(page, at) {
    await signIn(page, at);
    const main = page.getByRole("main");
    const one = main.getByRole("link", { name: at.repositoryName, exact: true });
    await view(page, `?organization=${at.organizationId}`);
    await one.waitFor();
    await main.getByRole("searchbox", { name: "Find a repository" }).fill("no such name");
    await page.keyboard.press("Enter");
    await main.getByText("No repository has this in its name.").waitFor();
    assert.equal(await main.getByRole("spinbutton", { name: "Organization id" }).inputValue(), String(at.organizationId));
    await view(page, "?organization=999");
    await main.getByRole("heading", { name: /^NOT_FOUND/ }).waitFor();
  },

  async "opens files whatever they are called, from an address that can be shared"(page, at) {
    await signIn(page, at);
    const main = page.getByRole("main");
    for (const [directory, name, text] of at.odd) {
      await view(page, `${at.repositoryId}/tree?${new URLSearchParams({ path: directory })}`);
      await main.getByRole("link", { name, exact: true }).click();
      await main.getByText(text).waitFor();
      const address = page.url();
      await page.reload();
      await page.locator("html[data-ready]").waitFor({ state: "attached" });
      await main.getByText("Paste a credential").waitFor();
      await signIn(page, at);
      await page.keyboard.press("Enter");
      await main.getByText(text).waitFor();
      assert.equal(page.url(), address);
    }
    await view(page, `${at.repositoryId}/tree`);
    await main.getByRole("link", { name: "new line.txt" }).click();
    await main.locator(".said").getByText("path: must not contain NUL or line breaks").waitFor();
  },

  async "shows a file without its colours where they do not come"(page, at) {
    await page.route("**/highlight-worker.js", (route) => route.abort());
    await signIn(page, at);
    await view(page, `${at.repositoryId}/file?path=src/new.py`);
    assert.equal(await page.locator("td.text").nth(1).innerText(), "    return compute()");
    assert.equal(await page.locator("td.text span").count(), 0);
  },

  async "leads to a line by its address, its number and the field for it"(page, at) {
    await signIn(page, at);
    await view(page, `${at.repositoryId}/file?path=docs/long.txt&line=4990`);
    const target = page.locator("tr.target");
    assert.equal(await target.locator("td.text").innerText(), "line 4990");
    await until(() => target.evaluate((row) => row.getBoundingClientRect().top > 0 && row.getBoundingClientRect().bottom < innerHeight));
    await page.locator("form.line-form").getByRole("spinbutton", { name: "Line" }).fill("3");
    await page.keyboard.press("Enter");
    await page.locator("tr.target").getByText("line 3", { exact: true }).waitFor();
    assert.equal(await page.locator("table.code tr").count(), 2000);
    await page.locator("[data-number='7']").click();
    await page.locator("tr.target").getByText("line 7", { exact: true }).waitFor();
    await page.locator(".more").getByRole("button", { name: "Show the next 2,000 of 3,000 lines" }).click();
    assert.equal(await page.locator("table.code tr").count(), 4000);
    await page.locator("p.about").getByRole("link", { name: "permanent link" }).click();
    await page.waitForURL(/ref=[0-9a-f]{40}/);
    await page.locator("tr.target").getByText("line 7", { exact: true }).waitFor();
  },

  async "shows who wrote each line by one call, and leads to the commit and to the file before it"(page, at) {
    await signIn(page, at);
    const asked = posts(page);
    await view(page, `${at.repositoryId}/blame?path=src/new.py`);
    const rows = page.locator("table.blame tr");
    await rows.first().getByText("Ada").waitFor();
    const seen = await rows.evaluateAll((all) => all.map((row) => [row.querySelector(".who").textContent, row.querySelector(".text").textContent]));
    assert.deepEqual(seen, [["Ada", "def main():"], ["Bea", "    return compute()"], ["Ada", ""], ["", "# the end"]]);
    assert.match(await rows.first().locator(".age").innerText(), /ago|yr|last/);
    assert.deepEqual(await rows.locator("td:first-child").evaluateAll((cells) => cells.map(({ className }) => className)), ["sha-cell age-0", "sha-cell age-4", "sha-cell age-0", "sha-cell age-0"]);
    assert.equal(asked.filter((url) => url.endsWith("/StreamBlame")).length, 1);
    await rows.nth(1).getByRole("link", { name: /^Blame before/ }).click();
    await page.getByText("return 1").waitFor();
    assert.match(page.url(), /blame\?ref=[0-9a-f]{40}&path=old\.py/);
    await view(page, `${at.repositoryId}/blame?path=docs/long.txt`);
    await page.locator(".more").getByRole("button", { name: /^Show the next 2,000/ }).click();
    await until(() => page.evaluate(() => document.querySelector("table.blame tbody:last-child .who").textContent === ""));
    await rows.first().getByRole("link", { name: /^[0-9a-f]{8}$/ }).click();
    await page.getByRole("heading", { name: "Many files" }).waitFor();
  },

  async "asks again about the lines whose answer was not waited for"(page, at) {
    let hold = true;
    await page.route("**/StreamBlame", (route) => (hold ? undefined : route.continue()));
    await signIn(page, at);
    const asked = posts(page);
    await goTo(page, `#/repositories/${at.repositoryId}/blame?path=src/new.py`);
    await until(() => asked.some((url) => url.endsWith("/StreamBlame")));
    await view(page, `${at.repositoryId}/history`);
    hold = false;
    await page.goBack();
    await page.locator("table.blame tr").first().getByText("Ada").waitFor();
    assert.equal(await page.getByRole("main").locator(".failure").count(), 0);
  },

  async "shows the history of a directory, a commit of it and its files before and after"(page, at) {
    await signIn(page, at);
    await view(page, `${at.repositoryId}/tree?path=src`);
    const main = page.getByRole("main");
    await main.getByRole("link", { name: "History", exact: true }).click();
    await main.locator(".commits").waitFor();
    assert.deepEqual(await main.locator(".commits .name").allTextContents(), [at.renameMessage]);
    await main.getByRole("link", { name: at.renameMessage }).click();
    await main.getByText("The old name said nothing.").waitFor();
    const row = main.locator(".changes > li");
    await row.first().waitFor();
    assert.match((await row.first().innerText()).replace(/\s+/g, " "), /R renamed old\.py → src\/new\.py before \+1 −1/);
    await row.getByRole("button", { name: "Diff of src/new.py" }).click();
    const lines = row.locator("table.diff tr:not(.hunk)");
    await lines.first().waitFor();
    const seen = await lines.evaluateAll((all) => all.map((line) => [...line.cells].map((cell) => cell.dataset.number ?? cell.textContent)));
    assert.deepEqual(seen, [
      ["1", "1", "", "def main():"],
      ["2", "", "−removed", "    return 1"],
      ["", "2", "+added", "    return compute()"],
      ["3", "3", "", ""],
      ["4", "4", "", "# the end"],
    ]);
    // A stream is among the calls when it has ended, which is after its last message.
    await until(async () => (await calls(page)).length === 4);
    assert.deepEqual((await calls(page)).map(([rpc]) => rpc), ["GetRepository", "GetCommit", "ListFileChanges", "StreamDiff"]);
    await row.locator("tr.added .hl-keyword").getByText("return").waitFor();
    await row.getByRole("link", { name: "src/new.py before" }).click();
    await main.getByText("return 1").waitFor();
    await page.goBack();
    await row.getByRole("link", { name: "src/new.py", exact: true }).click();
    await main.getByText("return compute()").waitFor();
  },

  async "compares two refs that are picked, from where they parted and whole, side by side and unified"(page, at) {
    const workers = [];
    page.on("worker", (worker) => workers.push(worker.url()));
    await signIn(page, at);
    await view(page, `${at.repositoryId}/tree`);
    const main = page.getByRole("main");
    await main.getByRole("link", { name: "Compare", exact: true }).click();
    await main.getByText("Choose two branches, tags or SHAs.").waitFor();
    await main.getByRole("combobox", { name: "Base" }).fill("main");
    const head = main.getByRole("combobox", { name: "Head" });
    await head.focus();
    const refs = main.locator(".popup:visible [role=option]");
    await refs.filter({ hasText: at.oldTag }).waitFor();
    assert.deepEqual((await refs.allTextContents()).map((text) => text.replace(/ *[0-9a-f]{10}$/, "").trim()), ["main default", at.topic, at.oldTag]);
    await head.fill("top");
    await until(async () => (await refs.count()) === 1);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await main.getByText(`${at.topic} is 2 commits ahead of main and 3 commits behind it.`).waitFor();
    assert.deepEqual(await main.locator(".commits .name").allTextContents(), ["Let it be run", "Go another way"]);
    const rows = main.locator(".changes > li");
    await rows.first().waitFor();
    assert.deepEqual(await rows.locator(".path").allTextContents(), ["big.txt", "logo.bin", "long.txt", "old.py before", "run.sh"]);

    await main.getByRole("button", { name: "Show all diffs" }).click();
    // Thousands of cells are on the page. The browser itself finds things among them, which is faster than asking for their roles.
    const toggle = (path) => page.locator(`//main//button[@aria-label="Diff of ${path}"]`);
    const place = (path) => toggle(path).locator("xpath=../../div[@class='difference']");
    await place("run.sh").getByText("echo run").waitFor();
    await until(async () => (await calls(page)).some(([rpc]) => rpc === "StreamDiff"));
    assert.equal((await calls(page)).filter(([rpc]) => rpc === "StreamDiff").length, 1);
    await place("logo.bin").getByText("A binary file.").waitFor();
    await place("big.txt").locator("p.notice").getByText(/^(This diff is cut|The diff is not told): it is too large/).waitFor();
    await toggle("big.txt").click();
    await place("long.txt").locator(".more").getByText("Show the next 2,000 of 3,001 rows", { exact: true }).click();
    assert.equal(await place("long.txt").locator("tr").count(), 4000);
    await toggle("long.txt").click();
    const cells = (path) => place(path).locator("tr:not(.hunk)").evaluateAll((all) => all.map((line) => [...line.cells].map((cell) => cell.dataset.number ?? cell.textContent)));
    const unified = [["1", "1", "", "def main():"], ["2", "", "−removed", "    return 1"], ["", "2", "+added", "    return other()"], ["3", "3", "", ""], ["4", "4", "", "# the end"]];
    assert.deepEqual(await cells("old.py"), unified);
    await main.locator(".controls").getByRole("button", { name: "Side by side" }).click();
    const split = [["1", "", "def main():", "1", "", "def main():"], ["2", "−removed", "    return 1", "2", "+added", "    return other()"], ["3", "", "", "3", "", ""], ["4", "", "# the end", "4", "", "# the end"]];
    assert.deepEqual(await cells("old.py"), split);
    await place("old.py").locator("td.now.added .hl-keyword").getByText("return").waitFor();
    assert.equal(workers.length, 1, "one worker colours all texts");
    await toggle("old.py").click();
    await toggle("old.py").click();

    const address = page.url();
    await page.reload();
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
    await signIn(page, at);
    await page.keyboard.press("Enter");
    await until(async () => JSON.stringify(await cells("old.py")) === JSON.stringify(split));
    assert.equal(page.url(), address, "the address names the file that is open and how it is shown");
    assert.equal(await rows.locator(".difference:visible").count(), 1);

    await main.locator("select[name=dots]").selectOption({ index: 1 });
    await main.getByRole("button", { name: "Compare", exact: true }).click();
    await main.getByText("100 and more files changed").waitFor();
    await main.getByRole("link", { name: "Swap" }).click();
    await main.getByText(`main is 3 commits ahead of ${at.topic} and 2 commits behind it.`).waitFor();
    assert.match(page.url(), /base=topic\/other&head=main&dots=2&layout=split$/);
    await view(page, `${at.repositoryId}/compare?base=main&head=${at.oldTag}`);
    await main.getByText(`${at.oldTag} has no commit that main lacks.`).waitFor();
    await main.getByText("No file differs.").waitFor();
    await view(page, `${at.repositoryId}/compare?base=main&head=no-such-branch`);
    await main.locator(".said").getByText("no-such-branch").first().waitFor();
  },

  async "goes on with a list by a button, as far as it goes"(page, at) {
    await signIn(page, at);
    await view(page, `${at.repositoryId}/history`);
    await view(page, `${at.repositoryId}/commit?sha=HEAD`);
    const main = page.getByRole("main");
    await main.getByText("The commit changes no file.").waitFor();
    await main.getByRole("link", { name: /^[0-9a-f]{10}$/ }).click();
    const rows = main.locator(".changes > li");
    await main.getByText("100 and more files changed").waitFor();
    assert.equal(await rows.count(), 100);
    await main.getByRole("button", { name: "More" }).focus();
    await page.keyboard.press("Enter");
    await main.getByText("200 and more files changed").waitFor();
    assert.equal(await rows.count(), 200);
    // The keyboard stays where it was.
    await until(() => page.evaluate(() => document.activeElement.textContent === "More"));
  },

  async "finds text in the code, marks it, and leads to the line"(page, at) {
    await signIn(page, at);
    await view(page, `${at.repositoryId}/tree`);
    const main = page.getByRole("main");
    await main.getByRole("textbox", { name: "Search the code" }).fill("COMPUTE(");
    await page.keyboard.press("Enter");
    await main.getByText("1 hit", { exact: true }).waitFor();
    assert.equal(await main.locator("mark").innerText(), "compute(");
    await main.getByRole("link", { name: "src/new.py, line 2" }).click();
    await page.locator("tr.target").getByText("return compute()").waitFor();
    await view(page, `${at.repositoryId}/search?q=nowhere+at+all`);
    await main.getByText("Nothing was found. All files were searched.").waitFor();
    await view(page, `${at.repositoryId}/search?q=compute&path=many`);
    await main.getByText("Nothing was found in this directory.").waitFor();
    await main.getByRole("link", { name: "Search everywhere" }).click();
    await main.locator("mark").first().waitFor();
  },

  async "follows another ref in all views"(page, at) {
    await signIn(page, at);
    await view(page, `${at.repositoryId}/tree`);
    const main = page.getByRole("main");
    await main.getByRole("combobox", { name: "Ref" }).fill(at.oldTag);
    await page.keyboard.press("Enter");
    await main.getByText("1 file", { exact: true }).waitFor();
    assert.deepEqual(await names(page), ["old.py"]);
    await main.getByRole("link", { name: "old.py", exact: true }).click();
    await main.getByText("return 1").waitFor();
    await main.getByRole("link", { name: "Blame", exact: true }).click();
    await page.locator("table.blame tr").first().getByText("Ada").waitFor();
    assert.match(page.url(), new RegExp(`ref=${at.oldTag}`));
  },

  async "says what the server says where a call is refused, and goes on when it is not any more"(page, at) {
    await signIn(page, at);
    const main = page.getByRole("main");
    for (const [address, status, sentence] of [
      ["999/tree", "NOT_FOUND", "There is no repository 999 in your organization."],
      [`${at.repositoryId}/file?path=no/such`, "NOT_FOUND", "no/such"],
      [`${at.repositoryId}/tree?ref=no-such-branch`, "NOT_FOUND", "no-such-branch"],
      [`${at.repositoryId}/commit?sha=a..b`, "INVALID_ARGUMENT", "commit_sha: must not contain '..'"],
    ]) {
      await view(page, address);
      await main.getByRole("heading", { name: new RegExp(`^${status}`) }).first().waitFor();
      await main.locator(".said").getByText(sentence).first().waitFor();
      assert.equal((await calls(page)).some(([, shown]) => shown === status), true);
    }
    let refuse = true;
    await page.route("**/ListCommits", (route) => (refuse ? route.abort() : route.continue()));
    await view(page, `${at.repositoryId}/tree?path=src`);
    await main.getByRole("heading", { name: /^UNAVAILABLE/ }).waitFor();
    await main.getByRole("link", { name: "new.py", exact: true }).waitFor();
    refuse = false;
    await main.getByRole("button", { name: "Try again" }).click();
    await main.getByRole("link", { name: at.renameMessage }).waitFor();
    assert.equal(await main.locator(".failure").count(), 0);
  },

  async "says which RPC is off or needs another scope, and does the rest without it"(_, at, inPage) {
    await inPage({ at: at.limitedUrl }, async (page) => {
      await signIn(page, at);
      const main = page.getByRole("main");
      await view(page, `${at.repositoryId}/search?q=compute`);
      await main.getByRole("heading", { name: /^UNIMPLEMENTED/ }).waitFor();
      await main.locator(".said").getByText("SearchCode").waitFor();
      await view(page, `${at.repositoryId}/tree?path=src`);
      assert.deepEqual(await names(page), ["new.py"]);
      assert.deepEqual((await calls(page)).map(([rpc]) => rpc).sort(), ["ListCommits", "ListDirectory"], "the name can be done without");
      await view(page, `${at.repositoryId}/blame?path=src/new.py`);
      await page.getByRole("textbox", { name: "Credential" }).fill(at.keyOfProjects);
      await page.keyboard.press("Enter");
      await main.getByRole("heading", { name: /^PERMISSION_DENIED/ }).waitFor();
      await main.locator(".said").getByText("scope").waitFor();
      assert.equal(await page.locator("table.blame").count(), 0);
    });
  },

  async "says that a list is cut where the provider gave only a part of it"(page, at) {
    // The answers are the server's, with what it adds where a provider has a limit: incomplete (3), incomplete_reason (4).
    const limited = Buffer.concat([Buffer.from([0x18, 1, 0x22, 12]), Buffer.from("VENDOR_LIMIT")]);
    for (const name of ["ListDirectory", "ListCommits", "ListFileChanges", "ListComparedFiles", "SearchCode"]) {
      await page.route(`**/${name}`, async (route) => {
        const response = await route.fetch();
        const body = await response.body();
        const end = 5 + body.readUInt32BE(1);
        const head = Buffer.from(body.subarray(0, 5));
        head.writeUInt32BE(end - 5 + limited.length, 1);
        await route.fulfill({ response, body: Buffer.concat([head, body.subarray(5, end), limited, body.subarray(end)]) });
      });
    }
    await signIn(page, at);
    for (const address of ["tree?path=src", "history", `commit?sha=${at.renameCommit}`, `compare?base=${at.oldTag}&head=${at.topic}`, "search?q=compute", "search?q=nowhere+at+all"]) {
      await view(page, `${at.repositoryId}/${address}`);
      const notice = page.getByRole("main").locator(".notice");
      await notice.getByText("The provider gave only a part of").waitFor();
      assert.match(await notice.innerText(), /VENDOR_LIMIT$/);
      assert.equal(await page.getByRole("main").locator(".none").count(), 0, "nothing found is said of a whole search alone");
    }
  },

  async "reads a directory of thousands of files in pages, and nothing below one"(page, at) {
    await signIn(page, at);
    const sent = posts(page);
    const reads = () => sent.filter((url) => url.endsWith("/ListDirectory")).length;
    await view(page, `${at.repositoryId}/tree`);
    assert.equal(reads(), 1);
    await view(page, `${at.repositoryId}/tree?path=many`);
    await page.getByText("1,500 files", { exact: true }).waitFor();
    assert.equal(reads(), 3);
  },

  async "reads nothing before a credential is given, and never half of one"(page, at) {
    const sent = posts(page);
    await view(page, "");
    await page.getByRole("main").getByText("Paste a credential").waitFor();
    await page.getByRole("textbox", { name: "Credential" }).pressSequentially(at.apiKey);
    assert.deepEqual(sent, []);
    await page.keyboard.press("Enter");
    await page.getByRole("main").getByRole("link", { name: at.repositoryName, exact: true }).waitFor();
    assert.equal(sent.length, 1);
  },

  async "shows text of a repository as text, in every view"(page, at) {
    await signIn(page, at);
    const main = page.getByRole("main");
    for (const address of ["", `${at.repositoryId}/tree`, `${at.repositoryId}/history`, `${at.repositoryId}/commit?sha=HEAD`, `${at.repositoryId}/commit?sha=HEAD~1&file=docs/markup.html`, `${at.repositoryId}/compare?base=${at.topic}&head=main`, `${at.repositoryId}/file?path=docs/markup.html`, `${at.repositoryId}/search?q=onerror`]) {
      await view(page, address);
      await main.locator(".body:not([aria-busy])").waitFor();
    }
    await main.locator("mark").first().waitFor();
    assert.equal(await page.evaluate(() => globalThis.xss), undefined);
    assert.equal(await page.locator("main :is(img, script, b)").count(), 0);
  },

  async "works with the keyboard alone, to a file and back"(page, at) {
    const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent || document.activeElement.getAttribute("aria-label"));
    const tabTo = async (wanted) => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press("Tab");
        if (wanted.test(await focused())) return;
      }
      assert.fail(`Tab does not lead to ${wanted}`);
    };
    await tabTo(/^Browse$/);
    await page.keyboard.press("Enter");
    await page.getByRole("main").getByText("Paste a credential").waitFor();
    await page.keyboard.press("Shift+Tab");
    await page.getByRole("textbox", { name: "Credential" }).focus();
    await page.keyboard.type(at.apiKey);
    await page.keyboard.press("Enter");
    await page.getByRole("main").getByRole("link", { name: at.repositoryName, exact: true }).waitFor();
    await tabTo(/^<img/);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "src", exact: true }).waitFor();
    assert.equal(await focused(), at.repositoryName, "the focus follows");
    await tabTo(/^src$/);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "new.py", exact: true }).waitFor();
    await tabTo(/^new\.py$/);
    await page.keyboard.press("Enter");
    await page.getByText("return compute()").waitFor();
    await tabTo(/^Blame$/);
    await page.keyboard.press("Enter");
    await page.locator("table.blame tr").first().getByText("Ada").waitFor();
    await tabTo(/^[0-9a-f]{8}$/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Begin" }).waitFor();
  },
};

/** Shows a view of Browse by what stands in its address behind `#/repositories`. */
export async function view(page, address) {
  await goTo(page, `#/repositories${address.startsWith("?") ? "" : address && "/"}${address}`);
  await whole(page);
}

/** Waits until all calls of a view have been answered. */
const whole = (page) => page.getByRole("main").locator("article.browse .body:not([aria-busy])").waitFor();

const names = (page) => page.locator("table.tree td:first-child a:not([aria-label])").allTextContents();

/** [RPC, status] of the calls that a view says it was made by. */
async function calls(page) {
  const summary = page.getByRole("main").getByText(/^Made by \d+ calls?/);
  if (!(await page.locator("details.calls").evaluate((details) => details.open))) await summary.click();
  return page.locator("details.calls tbody tr").evaluateAll((rows) => rows.map((row) => [row.cells[0].textContent, row.cells[2].textContent]));
}

function posts(page) {
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  return sent;
}
