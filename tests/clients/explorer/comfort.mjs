// What makes many RPCs and many calls bearable, each in a page of its own. `at` is what the test run knows, as in scenarios.mjs.
import assert from "node:assert/strict";
import { goTo } from "./browser.mjs";
import { open, run, signIn } from "./scenarios.mjs";

const list = (page) => page.getByRole("navigation", { name: "RPCs" });
const listed = async (page) => (await list(page).getByRole("link").allTextContents()).map((text) => text.trim());
const ready = (page) => page.locator("html[data-ready]").waitFor({ state: "attached" });

export const scenarios = {
  async "shows reads, writes or streams alone"(page, at) {
    const kind = page.getByLabel("Which RPCs");
    await kind.selectOption("Streams");
    assert.deepEqual(await listed(page), at.streams.map((name) => `${name} stream`));
    await kind.selectOption("Writes");
    const writes = await listed(page);
    assert.ok(writes.length > 5 && writes.every((name) => name.endsWith("write")), String(writes));
    await page.getByRole("searchbox", { name: "Find an RPC" }).fill("issue link");
    assert.ok((await listed(page)).includes("LinkExternalIssue write"));
    assert.ok(!(await listed(page)).includes("ListExternalIssues"));
    await kind.selectOption("All");
    assert.ok((await listed(page)).includes("ListExternalIssues"));
  },

  async "keeps the filter in sight over a long list"(page) {
    await open(page, "GetCapabilities");
    const filter = await page.getByRole("searchbox", { name: "Find an RPC" }).boundingBox();
    assert.ok(filter.y > 0 && filter.y < 300, `at ${filter.y}`);
    const here = await list(page).getByRole("link", { name: "GetCapabilities" }).boundingBox();
    assert.ok(here.y > filter.y + filter.height, "and not over the RPC that is shown");
    await page.getByRole("button", { name: "Favourite" }).click();
    const then = await list(page).getByRole("link", { name: "GetCapabilities" }).last().boundingBox();
    assert.ok(Math.abs(then.y - here.y) < 2, `the list stays where it is: ${here.y}, then ${then.y}`);
  },

  async "folds a service away, and opens it for what is found in it"(page, at) {
    await list(page).getByText("ScmService").click();
    const others = (await listed(page)).map((text) => text.split(" ")[0]);
    assert.ok(others.length > 0 && !others.some((name) => at.ofScmService.includes(name)), String(others));
    await page.getByRole("searchbox", { name: "Find an RPC" }).fill("GetFile");
    assert.ok((await listed(page)).includes("GetFile"));
  },

  async "keeps favourites on top, also after a reload"(page) {
    await open(page, "GetFile");
    await page.getByRole("button", { name: "Favourite" }).click();
    await open(page, "ListCommits");
    await page.getByRole("button", { name: "Favourite" }).click();
    await page.reload();
    await ready(page);
    assert.deepEqual((await listed(page)).slice(0, 2), ["GetFile", "ListCommits"]);
    assert.equal(await list(page).getByRole("heading").first().textContent(), "Favourites");
    assert.equal(await page.getByRole("button", { name: "Favourite" }).getAttribute("aria-pressed"), "true");
    await page.getByRole("button", { name: "Favourite" }).click();
    await open(page, "GetFile");
    await page.getByRole("button", { name: "Favourite" }).click();
    assert.equal((await listed(page))[0], "ListRepositories");
    assert.equal(await page.evaluate(() => localStorage.length), 0);
  },

  async "sends a form by Ctrl+Enter, and needs no organization"(page, at) {
    await signIn(page, at);
    await open(page, "ListRepositories");
    await page.getByLabel(/^query/).fill("nothing is called so");
    await page.keyboard.press("Control+Enter");
    await page.getByText(/^0 items in/).first().waitFor();
    await page.getByLabel(/^query/).fill("");
    await page.keyboard.press("Control+Enter");
    await page.getByText(/^1 item in/).first().waitFor();
    await open(page, "ListIntegrations");
    assert.equal(await page.getByLabel(/^organization_id/).inputValue(), String(at.organizationId), "it is filled in from then on");
    await page.getByRole("textbox", { name: "Credential" }).fill("scm_of_another");
    await open(page, "ListCodeMappings");
    assert.equal(await page.getByLabel(/^organization_id/).inputValue(), "");
  },

  async "shows an example answer until there is one of the site"(page, at) {
    await signIn(page, at);
    await open(page, "GetCommit");
    const example = page.getByRole("region", { name: "Example answer" });
    await example.getByText('"web_url"').waitFor();
    await page.getByLabel(/^repository_id/).fill(String(at.repositoryId));
    await page.getByLabel(/^commit_sha/).fill("main");
    await run(page);
    assert.ok(await example.isHidden());
    await open(page, "StreamTree");
    await example.getByText("a message of its stream").waitFor();
    await open(page, "DeleteRepository");
    await page.getByText("It answers nothing.").waitFor();
    assert.equal(await example.getByText("{}").count(), 0);
  },

  async "keeps the request in the address, lists and maps too, and never the key"(page, at) {
    await signIn(page, at);
    await open(page, "BatchGetCommitContext");
    await page.getByLabel(/^repository_id/).fill(String(at.repositoryId));
    await page.getByLabel(/^commit_sha/).fill("main");
    await page.getByLabel(/^filepath/).fill("docs/50% #1?.md");
    await page.getByLabel(/^line_number/).fill("1");
    await run(page);
    await page.locator("table.blame").waitFor();
    const address = page.url();
    assert.ok(!address.includes(at.apiKey));
    await page.reload();
    await ready(page);
    assert.equal(page.url(), address);
    assert.equal(await page.getByLabel(/^filepath/).inputValue(), "docs/50% #1?.md");
    assert.equal(await page.getByLabel(/^line_number/).inputValue(), "1");
    await open(page, "CreateExternalIssue");
    await page.getByRole("group", { name: /^metadata/ }).getByRole("button", { name: "Add an entry" }).click();
    await page.getByLabel("metadata: key").fill("a&b");
    await page.getByLabel("metadata: value").fill("c=d");
    await page.getByLabel(/^title/).fill("Two words");
    await page.getByLabel(/^description/).fill("and more");
    await page.keyboard.press("Tab");
    await page.reload();
    await ready(page);
    assert.equal(await page.getByLabel(/^title/).inputValue(), "Two words");
    assert.deepEqual([await page.getByLabel("metadata: key").inputValue(), await page.getByLabel("metadata: value").inputValue()], ["a&b", "c=d"]);
  },

  async "lists the calls of the tab with their statuses, and opens each in its form without a call"(page, at) {
    await signIn(page, at);
    await open(page, `GetCommit?repository_id=${at.repositoryId}&commit_sha=no-such-branch`);
    await run(page);
    await open(page, `ListCommits?repository_id=${at.repositoryId}&page_size=2`);
    await run(page);
    const sent = [];
    page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    await page.getByRole("heading", { name: "Calls of this tab" }).waitFor();
    const rows = await page.getByRole("main").locator("tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].slice(0, 3).map((cell) => cell.textContent)));
    assert.deepEqual(rows, [
      ["ListCommits", JSON.stringify({ repository_id: String(at.repositoryId), page_size: 2 }), "OK"],
      ["GetCommit", JSON.stringify({ repository_id: String(at.repositoryId), commit_sha: "no-such-branch" }), "NOT_FOUND"],
    ]);
    await page.getByRole("main").getByRole("link", { name: "GetCommit" }).click();
    assert.equal(await page.getByLabel(/^commit_sha/).inputValue(), "no-such-branch");
    assert.deepEqual(sent, []);
    assert.ok(!(await page.content()).includes(at.apiKey));
  },

  async "keeps the key in the tab for those who tick it, and forgets it when they untick it"(page, at) {
    await signIn(page, at);
    const keep = page.getByRole("checkbox", { name: "Keep in this tab" });
    await keep.check();
    await page.getByText("Kept until you close this tab.").waitFor();
    await page.reload();
    await ready(page);
    assert.equal(await keep.isChecked(), true);
    await goTo(page, "#/repositories");
    await page.getByRole("main").getByRole("link", { name: at.repositoryName, exact: true }).waitFor();
    assert.deepEqual(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie]), [1, 0, ""]);
    await keep.uncheck();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await page.reload();
    await ready(page);
    assert.equal(await page.getByRole("textbox", { name: "Credential" }).inputValue(), "");
  },

  async "leads from a form to the reference of its types, and back to the RPCs that use them"(page) {
    await open(page, "ListRepositories");
    const main = page.getByRole("main");
    await main.getByRole("link", { name: "Provider", exact: true }).click();
    await main.getByText("PROVIDER_BITBUCKET_SERVER").waitFor();
    await main.getByRole("link", { name: "Repository", exact: true }).click();
    await main.getByText("default_branch").first().waitFor();
    await main.getByRole("link", { name: "GetRepository", exact: true }).click();
    await main.getByRole("heading", { name: "GetRepository" }).waitFor();
    await goTo(page, "#/types/None");
    await main.getByText("Nothing is at #/types/None.").waitFor();
    await goTo(page, "#NoSuchRpc");
    await main.getByText("There is no RPC NoSuchRpc here, or it is off.").waitFor();
  },
};
