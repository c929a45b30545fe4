// What a person does on the explorer's page, each in a page of its own. `at` is what the test run knows: the page's
// address, a key, the names in the data. Samples of code are returned, for the test run to execute.
import assert from "node:assert/strict";
import { goTo } from "./browser.mjs";

export const scenarios = {
  async "lists the RPCs that are on, in groups, with their documentation"(page, at) {
    const nav = page.getByRole("navigation", { name: "RPCs" });
    assert.equal(await nav.getByRole("link").count(), at.rpcs);
    assert.deepEqual(await nav.getByRole("heading").allTextContents(), at.groups);
    await nav.getByRole("link", { name: "GetFile", exact: true }).click();
    const main = page.getByRole("main");
    await main.getByRole("heading", { name: "GetFile", exact: true }).waitFor();
    assert.match(await main.innerText(), /Returns the bytes of a file\.[^]*FAILED_PRECONDITION \(reason FILE_TOO_LARGE/);
    assert.match(await main.innerText(), /any scope of org:read, org:write, org:admin/);
    assert.match(await main.innerText(), /max_bytes[^]*1 MiB/);
  },

  async "finds an RPC by its name and by what it is about"(page) {
    const shown = () => page.getByRole("navigation", { name: "RPCs" }).getByRole("link").allTextContents();
    await page.keyboard.press("/");
    await page.keyboard.type("blame");
    assert.deepEqual((await shown()).map((text) => text.trim()), ["GetCommitContext", "BatchGetCommitContext", "StreamBlame stream"]);
    await page.keyboard.press("Enter");
    await page.getByRole("main").getByRole("heading", { name: "GetCommitContext" }).waitFor();
    assert.match(page.url(), /#GetCommitContext$/);
    await page.getByRole("searchbox").fill("");
    await open(page, "GetCapabilities");
    const last = await page.getByRole("navigation", { name: "RPCs" }).getByRole("link", { name: "GetCapabilities" }).boundingBox();
    assert.ok(last.y > 0 && last.y + last.height < 900, "the list shows where one is");
  },

  async "makes the form from the contract"(page) {
    await page.goto(`${page.url()}#GetCommitContext`);
    const line = page.getByLabel(/^line_number/);
    assert.deepEqual(await line.evaluate((input) => [input.type, input.min, input.max, input.required]), ["number", "1", "2147483647", true]);
    const path = page.getByLabel(/^filepath/);
    assert.equal(await path.getAttribute("maxlength"), "4096");
    await path.fill("/README.md");
    assert.equal(await path.evaluate((input) => input.validity.patternMismatch), true);
    await open(page, "ListRepositories");
    assert.equal(await page.getByLabel(/^provider /).or(page.getByLabel("provider", { exact: true })).locator("option").count(), 7);
    await open(page, "UpdateRepository");
    assert.equal(await page.getByRole("group", { name: /^update_mask/ }).getByLabel("default_branch").count(), 1);
  },

  async "calls, shows a table, and goes on to a commit and its files"(page, at) {
    await page.getByRole("textbox", { name: "Credential" }).fill(at.apiKey);
    await page.getByRole("main").getByRole("link", { name: "ListRepositories" }).click();
    await page.getByLabel(/^organization_id/).fill(String(at.organizationId));
    await run(page);
    await page.getByRole("row", { name: new RegExp(at.repositoryId) }).getByRole("button", { name: "Commits" }).click();
    await page.getByRole("cell", { name: at.lastMessage, exact: true }).waitFor();
    await page.getByRole("button", { name: `Open: ${at.renameMessage}` }).click();
    const commit = page.getByRole("article");
    await commit.getByRole("heading", { name: at.renameMessage }).waitFor();
    const text = await commit.innerText();
    assert.match(text, /Bea <bea@example\.com>/);
    assert.match(text, /The old name said nothing\./);
    assert.match(text, /old\.py → src\/new\.py/);
    assert.match(text, /\+1 −1/);
    await commit.getByRole("button", { name: /^Commit [0-9a-f]/ }).first().click();
    await page.getByRole("article").getByRole("heading", { name: "Begin" }).waitFor();
  },

  async "goes back to the answer that led on"(page, at) {
    await signIn(page, at);
    await open(page, `ListCommits?repository_id=${at.repositoryId}`);
    await run(page);
    await page.getByRole("button", { name: `Open: ${at.renameMessage}` }).click();
    await page.getByRole("article").waitFor();
    await page.goBack();
    await page.getByRole("cell", { name: at.lastMessage, exact: true }).waitFor();
    assert.equal(await page.getByLabel(/^repository_id/).inputValue(), String(at.repositoryId));
  },

  async "shows a file with its line numbers, and its blame line by line"(page, at) {
    await signIn(page, at);
    await open(page, `GetFile?repository_id=${at.repositoryId}&path=src/new.py`);
    await run(page);
    await page.getByText("return compute()").waitFor();
    await page.getByRole("button", { name: "Blame" }).click();
    const rows = page.locator("table.blame tr");
    await rows.first().waitFor();
    const seen = await rows.evaluateAll((all) => all.map((row) => [row.querySelector(".who").textContent, row.querySelector(".number").dataset.number, row.querySelector(".text").textContent]));
    assert.deepEqual(seen, [["Ada", "1", "def main():"], ["Bea", "2", "    return compute()"], ["Ada", "3", ""], ["", "4", "# the end"]]);
    assert.match(await rows.first().locator(".age").innerText(), /ago|yr|last/);
  },

  async "turns pages forward and back to the first"(page, at) {
    await signIn(page, at);
    await open(page, `ListCommits?repository_id=${at.repositoryId}&page_size=2`);
    await run(page);
    const messages = () => page.locator("td.message").allTextContents();
    const first = await messages();
    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByRole("button", { name: "First page" }).waitFor();
    const second = await messages();
    assert.equal(second.length, 2);
    assert.ok(!second.some((message) => first.includes(message)));
    await page.getByRole("button", { name: "First page" }).click();
    await page.getByRole("cell", { name: first[0], exact: true }).waitFor();
    assert.deepEqual(await messages(), first);
  },

  async "shows a stream as it arrives, and stops it"(page, at) {
    const devtools = await page.context().newCDPSession(page);
    await signIn(page, at);
    await open(page, `StreamTree?repository_id=${at.repositoryId}`);
    await devtools.send("Network.enable");
    const conditions = { offline: false, latency: 0, downloadThroughput: 3_000, uploadThroughput: -1 };
    await devtools.send("Network.emulateNetworkConditions", conditions);
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await page.getByText(/^\d+ messages? …$/).waitFor();
    assert.ok((await page.locator("td.path").count()) > 0);
    await page.getByRole("button", { name: "Stop" }).click();
    const said = await page.getByText(/^Stopped after \d+ messages?\./).first().innerText();
    assert.ok(Number(said.match(/\d+/)[0]) < at.files, said);
    await devtools.send("Network.emulateNetworkConditions", { ...conditions, downloadThroughput: -1 });
    await run(page);
    await page.getByText(`${at.files} messages in`).first().waitFor();
    await page.getByText("The first 1000 are shown.").first().waitFor();
    assert.equal(await page.locator("td.path").count(), 1000);
  },

  async "explains an error, at the field that is wrong"(page, at) {
    await signIn(page, at);
    await open(page, `GetCommit?repository_id=${at.repositoryId}&commit_sha=no..such`);
    await run(page);
    const main = page.getByRole("main");
    const field = page.getByLabel(/^commit_sha/);
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.equal(await field.evaluate((input) => input === document.activeElement), true);
    const described = (await field.getAttribute("aria-describedby")).split(" ").at(-1);
    assert.match(await page.locator(`#${described}`).innerText(), /a branch, a tag, HEAD or a SHA is taken/);
    await main.getByRole("heading", { name: "INVALID_ARGUMENT 3" }).waitFor();
    await field.fill("no-such-branch");
    await run(page);
    await main.getByRole("heading", { name: "NOT_FOUND 5" }).waitFor();
    assert.equal(await field.getAttribute("aria-invalid"), null);
    assert.match(await main.innerText(), /What to do: Check the ids/);
    await page.getByRole("textbox", { name: "Credential" }).fill("scm_wrong");
    await run(page);
    await main.getByRole("heading", { name: "UNAUTHENTICATED 16" }).waitFor();
  },

  async "writes, with a request id, and is told what is wrong in a map"(page, at) {
    await signIn(page, at);
    await open(page, `CreateExternalIssue?organization_id=${at.organizationId}&integration_id=1`);
    await page.getByLabel(/^title/).fill("Filed from the page");
    await page.getByLabel(/^description/).fill("Two\nlines");
    await page.getByRole("group", { name: /^metadata/ }).getByRole("button", { name: "Add an entry" }).click();
    await page.getByLabel("metadata: key").fill("colour");
    await page.getByLabel("metadata: value").fill("green");
    await page.getByRole("button", { name: "Make one" }).click();
    await page.getByRole("button", { name: "Call it" }).click();
    await page.getByText("metadata['colour'] is not a field of this tracker", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Remove this one of metadata" }).click();
    await page.getByRole("button", { name: "Call it" }).click();
    await page.getByText(/^Answered in/).first().waitFor();
    assert.match(await page.locator(".answer").innerText(), /Filed from the page/);
    await page.getByText("JSON", { exact: true }).click();
    await page.locator("pre.json").getByText('"title": "Filed from the page"').waitFor();
  },

  async "works with the keyboard alone"(page, at) {
    const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
    const tabTo = async (wanted) => {
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press("Tab");
        if (wanted.test(await focused())) return;
      }
      assert.fail(`Tab does not lead to ${wanted}`);
    };
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "skip");
    await page.keyboard.press("Enter");
    assert.equal(await focused(), "main");
    await page.reload();
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
    await tabTo(/^credential-value$/);
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
    await page.keyboard.type(at.apiKey);
    await tabTo(/^search$/);
    await page.keyboard.type("list commits");
    await page.keyboard.press("Enter");
    await page.getByRole("main").getByRole("heading", { name: "ListCommits" }).waitFor();
    assert.equal(await focused(), "ListCommits", "the focus follows");
    await page.keyboard.press("Tab");
    await page.keyboard.type(String(at.repositoryId));
    await page.keyboard.press("Enter");
    await page.getByRole("cell", { name: at.lastMessage, exact: true }).waitFor();
    await page.waitForFunction(() => /^\d+ items in/.test(document.querySelector("[aria-live]").textContent));
    await tabTo(/^Open$/);
    await page.keyboard.press("Enter");
    await page.getByRole("article").waitFor();
    await tabTo(/^The same call in/);
    await page.keyboard.press("Enter");
    await tabTo(/^tab-0$/);
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.getByRole("tab", { selected: true }).innerText(), "Python");
  },

  async "names every control for those who cannot see it"(page) {
    for (const name of ["ListCommits", "UpdateRepository", "BatchGetCommitContext", "CreateExternalIssue"]) {
      await open(page, name);
      const nameless = await page.evaluate(() => {
        const named = (element) => element.labels?.length || element.getAttribute("aria-label") || element.textContent.trim();
        return [...document.querySelectorAll("input, select, textarea, button")].filter((element) => !named(element)).map((element) => element.outerHTML);
      });
      assert.deepEqual(nameless, [], name);
    }
  },

  async "shows markup from a repository as the text it is"(page, at) {
    await signIn(page, at);
    await open(page, `ListRepositories?organization_id=${at.organizationId}`);
    await run(page);
    assert.ok((await page.locator("td.name").allTextContents()).includes(at.repositoryName));
    await open(page, `GetCommit?repository_id=${at.repositoryId}&commit_sha=HEAD`);
    await run(page);
    await page.getByRole("heading", { name: at.lastMessage }).waitFor();
    assert.equal(await page.evaluate(() => globalThis.xss), undefined);
    assert.equal(await page.locator("main script, main img, main iframe").count(), 0);
  },

  async "keeps the key in memory only"(page, at) {
    await signIn(page, at);
    await open(page, `ListRepositories?organization_id=${at.organizationId}`);
    await run(page);
    const kept = await page.evaluate(async () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state, (await indexedDB.databases()).length, (await caches.keys()).length, document.documentElement.outerHTML]));
    assert.ok(!kept.includes(at.apiKey));
    assert.match(kept, /^\[\{\},\{\},"",/);
    assert.equal((await page.context().cookies()).length, 0);
    assert.equal(await page.getByRole("textbox", { name: "Credential" }).getAttribute("type"), "password");
    await page.reload();
    assert.equal(await page.getByRole("textbox", { name: "Credential" }).inputValue(), "");
  },

  async "signs calls with a key, whose secret stays"(page, at) {
    const sent = [];
    page.on("request", (request) => request.method() === "POST" && sent.push(JSON.stringify(request.headers()) + request.postData()));
    await page.getByLabel("Call with").selectOption("Signature");
    await page.getByRole("textbox", { name: "Credential" }).fill(at.signing.secret);
    await open(page, `ListRepositories?organization_id=${at.organizationId}`);
    await run(page);
    const main = page.getByRole("main");
    assert.match(await main.innerText(), /UNAUTHENTICATED 16\s+A signature needs the key’s id/);
    await signWith(page, at);
    for (const name of [`ListRepositories?organization_id=${at.organizationId}`, `StreamCommits?repository_id=${at.repositoryId}`]) {
      await open(page, name);
      await run(page);
      await main.getByText(/^\d+ (items?|messages) in/).first().waitFor();
    }
    assert.equal(sent.length, 2);
    assert.ok(sent.every((request) => request.includes('"x-signature":"v1;key=reports;') && !request.includes(at.signing.secret)));
    await page.getByRole("textbox", { name: "Credential" }).fill("another secret, which is none");
    await run(page);
    assert.match(await main.innerText(), /SIGNATURE_INVALID/);
    assert.match(await main.innerText(), /What to do: Check the key’s id/);
  },

  async "says what is wrong with a credential that can be none"(page, at) {
    await page.getByRole("textbox", { name: "Credential" }).fill(`my key: ${at.apiKey} “”`);
    await open(page, `ListRepositories?organization_id=${at.organizationId}`);
    await run(page);
    assert.match(await page.getByRole("main").innerText(), /UNAUTHENTICATED 16\s+There are blanks or other characters in the credential/);
  },

  async "tells a site that is gone, and one that answers something else"(page, at) {
    await signIn(page, at);
    await open(page, `ListRepositories?organization_id=${at.organizationId}`);
    const fails = async (handler, expected) => {
      await page.route("**/ListRepositories", handler);
      await run(page);
      assert.match(await page.locator(".answer").innerText(), expected);
      await page.unroute("**/ListRepositories");
    };
    await fails((route) => route.abort(), /UNAVAILABLE 14\s+No answer came/);
    await fails((route) => route.fulfill({ status: 502, contentType: "text/html", body: "<b>Bad gateway</b>" }), /UNAVAILABLE 14/);
    await fails((route) => route.fulfill({ status: 200, contentType: "text/html", body: "<b>Log in</b>" }), /UNKNOWN 2\s+Something else \(text\/html\) came/);
    await fails((route) => route.fulfill({ status: 302, headers: { location: "/auth/login/" } }), /UNKNOWN 2\s+A redirect came/);
  },

  async "sends the cookies of a proxy in front for its files, and none with calls"(page, at) {
    await page.context().addCookies([{ name: "proxy", value: "let-in", url: at.url }]);
    const sent = {};
    page.on("request", (request) => (sent[request.url().split("/").at(-1)] = request.allHeaders()));
    await page.reload();
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
    await signIn(page, at);
    await open(page, `ListRepositories?organization_id=${at.organizationId}`);
    await run(page);
    const cookies = Object.fromEntries(await Promise.all(Object.entries(sent).map(async ([name, headers]) => [name, (await headers).cookie])));
    assert.equal(cookies["site.json"], "proxy=let-in");
    assert.ok("ListRepositories" in cookies);
    assert.equal(cookies.ListRepositories, undefined);
  },

  async "tells that a stream broke off, and keeps what came"(page, at) {
    await signIn(page, at);
    await open(page, `StreamCommits?repository_id=${at.repositoryId}`);
    await page.route("**/StreamCommits", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.body()).subarray(0, -60) });
    });
    await run(page);
    await page.getByText(/^Broken off after \d+ messages?\.$/).first().waitFor();
    assert.ok((await page.locator(".answer tbody tr").count()) > 0);
    await page.locator(".answer .failure").getByText("What to do:").waitFor();
  },

  async "never calls because of an address"(page, at) {
    const calls = [];
    page.on("request", (request) => request.method() === "POST" && calls.push(request.url()));
    await open(page, `DeleteRepository?repository_id=${at.repositoryId}`);
    assert.equal(await page.getByLabel(/^repository_id/).inputValue(), String(at.repositoryId));
    await page.reload();
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
    assert.deepEqual(calls, []);
  },

  async "gives the code of a call, for curl, Python and TypeScript"(page, at) {
    await signIn(page, at);
    await open(page, `ListCommits?repository_id=${at.repositoryId}&page_size=2&author=O'Brien "$HOME" \`id\``);
    await page.getByLabel(/^since/).fill("2020-01-02T03:04:05");
    const samples = {};
    const take = async (prefix) => {
      const summary = page.getByText("The same call in curl");
      if (!(await page.getByRole("tab").first().isVisible())) await summary.click();
      for (const language of ["curl", "Python", "TypeScript"]) {
        await page.getByRole("tab", { name: language }).click();
        samples[`${prefix} ${language}`] = await page.locator("pre.sample").innerText();
      }
    };
    await take("filter");
    await open(page, `ListCommits?repository_id=${at.repositoryId}&page_size=1`);
    await take("page");
    await open(page, `StreamCommits?repository_id=${at.repositoryId}`);
    await take("stream");
    await open(page, `ListIntegrations?organization_id=${at.organizationId}&provider=PROVIDER_GITHUB`);
    await take("enum");
    await open(page, `UpdateRepository`);
    await page.getByLabel(/^id/).fill(String(at.repositoryId));
    await page.getByLabel("default_branch required").or(page.getByRole("textbox", { name: "default_branch" })).fill("main");
    assert.equal(await page.getByRole("checkbox", { name: "default_branch" }).isChecked(), true, "what is typed in is to change");
    assert.equal(await page.getByRole("checkbox", { name: "status" }).isChecked(), false);
    await take("mask");
    await signWith(page, at);
    await open(page, `ListCommits?repository_id=${at.repositoryId}&page_size=1`);
    await take("signed");
    await open(page, `StreamCommits?repository_id=${at.repositoryId}`);
    await take("signed stream");
    assert.ok(!JSON.stringify(samples).includes(at.apiKey));
    assert.ok(!JSON.stringify(samples).includes(at.signing.secret));
    return samples;
  },

  async "fits a phone of 360 pixels"(page, at) {
    await page.setViewportSize({ width: 360, height: 740 });
    await signIn(page, at);
    for (const [address, call] of [["", false], [`ListCommits?repository_id=${at.repositoryId}`, true], [`GetFile?repository_id=${at.repositoryId}&path=src/new.py`, true], ["BatchGetCommitContext", false]]) {
      await open(page, address);
      if (call) await run(page);
      const wide = await page.evaluate(() => {
        if (document.documentElement.scrollWidth <= innerWidth) return [];
        return [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > innerWidth).map((element) => element.outerHTML.slice(0, 200));
      });
      assert.deepEqual(wide, [], address || "the start");
    }
  },
};

export async function open(page, address) {
  await goTo(page, address);
  const name = address.split("?")[0] || "Try the API";
  await page.getByRole("main").getByRole("heading", { name, exact: true, level: 2 }).waitFor();
}

export const signIn = (page, at) => page.getByRole("textbox", { name: "Credential" }).fill(at.apiKey);

export async function signWith(page, at) {
  await page.getByLabel("Call with").selectOption("Signature");
  await page.getByRole("textbox", { name: "Key id" }).fill(at.signing.keyId);
  await page.getByRole("textbox", { name: "Organization id" }).fill(String(at.organizationId));
  await page.getByRole("textbox", { name: "Credential" }).fill(at.signing.secret);
}

export async function run(page) {
  await page.evaluate(() => document.querySelector(".answer").replaceChildren());
  await page.locator("button.call").click();
  await page.locator(".answer:not([aria-busy]) :is(.outcome, .failure)").first().waitFor();
}
