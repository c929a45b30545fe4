// What a person does on the explorer's page of a Sentry; prints as JSON what came of it.
//   node explorer.mjs '{"url", "customersUrl", "key", "organizationId", "repositoryId", ...}'
import assert from "node:assert/strict";
import { openBrowser } from "../clients/explorer/browser.mjs";
import { view } from "../clients/explorer/browse.mjs";
import { open, run } from "../clients/explorer/scenarios.mjs";

const answer = (page) => page.locator(".answer").innerText();
const say = (page, credential) => page.getByRole("textbox", { name: "Credential" }).fill(credential);

const scenarios = {
  async "opens the page with its own policy, not Sentry's, and without a redirect to the login"(page, at) {
    assert.equal(page.url(), at.url);
    assert.equal((await page.context().cookies()).length, 0);
    const policy = async (path) => (await page.request.get(new URL(path, at.url).href)).headers()["content-security-policy"];
    assert.match(await policy("/auth/login/"), /'unsafe-inline'/);
    assert.match(await policy("/grpc/"), /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; /);
  },

  async "leads from the organization's repositories to a commit, a file and its blame"(page, at) {
    await say(page, at.key);
    await open(page, `ListRepositories?organization_id=${at.organizationId}`);
    await run(page);
    await page.getByRole("row", { name: /Acme \/ rocket/ }).getByRole("button", { name: "Commits" }).click();
    await page.getByRole("button", { name: `Open: ${at.message}` }).click();
    await page.getByRole("article").getByRole("heading", { name: at.message }).waitFor();
    assert.match(await answer(page), /docs\/old name\.md → docs\/new name\.md/);
    await open(page, `GetFile?repository_id=${at.repositoryId}&path=src/app.py`);
    await run(page);
    await page.getByRole("button", { name: "Blame" }).click();
    await page.locator("table.blame tr").nth(99).waitFor();
    assert.match(await page.locator("table.blame tr").first().innerText(), /Lovelace|Übel/);
  },

  async "browses a provider's repository, whatever its files are called, and says what a key may not do"(page, at) {
    await say(page, at.key);
    const main = page.getByRole("main");
    await view(page, "");
    await main.getByRole("link", { name: "Acme / rocket", exact: true }).click();
    await main.getByRole("link", { name: "docs", exact: true }).click();
    await main.getByRole("link", { name: "50% #1?.md", exact: true }).click();
    await main.getByText("find me").waitFor();
    await view(page, `${at.repositoryId}/blame?path=src/app.py`);
    await page.locator("table.blame tr").first().getByText(/Lovelace|Übel/).waitFor();
    await page.locator("td.text .hl-number").first().waitFor();
    await view(page, `${at.repositoryId}/history`);
    await main.getByRole("link", { name: at.message }).click();
    await main.getByRole("link", { name: "docs/new name.md", exact: true }).waitFor();
    await say(page, at.keyWithoutScopes);
    await view(page, `${at.repositoryId}/search?q=find`);
    await main.getByRole("heading", { name: /^PERMISSION_DENIED/ }).waitFor();
    await main.locator(".said").getByText("scope").waitFor();
  },

  async "streams a tree, whatever its paths are called"(page, at) {
    await say(page, at.key);
    await open(page, `StreamTree?repository_id=${at.repositoryId}`);
    await run(page);
    await page.getByText(/^\d+ messages in \d+ ms/).first().waitFor();
    assert.match(await answer(page), /docs\/50% #1\?\.md/);
    await page.getByRole("button", { name: "Open: docs/50% #1?.md" }).click();
    await page.getByText("find me").waitFor();
  },

  async "takes a bearer token of a person"(page, at) {
    await page.getByLabel("Call with").selectOption("Bearer token");
    await say(page, at.token);
    await open(page, `GetRepository?repository_id=${at.repositoryId}`);
    await run(page);
    assert.match(await answer(page), /Acme \/ rocket/);
  },

  async "explains why a call failed"(page, at) {
    const fails = async (credential, address, ...expected) => {
      await say(page, credential);
      await open(page, address);
      await run(page);
      for (const text of expected) assert.match(await answer(page), text);
    };
    const repository = `GetRepository?repository_id=${at.repositoryId}`;
    await fails("", repository, /UNAUTHENTICATED 16/, /NO_CREDENTIALS/, /What to do: /);
    await fails("0".repeat(32), repository, /UNAUTHENTICATED 16/);
    await fails(at.keyWithoutScopes, repository, /PERMISSION_DENIED 7/, /none of the scopes/);
    await fails(at.keyOfAnother, repository, /NOT_FOUND 5/, /REPOSITORY_NOT_FOUND/, /Ids of another organization’s rows are not found either/);
    await fails(at.key, `GetFile?repository_id=${at.repositoryId}&path=none.py`, /NOT_FOUND 5/, /request id/);
  },

  async "does not call as the person who is logged in to Sentry"(page, at) {
    const login = new URL("/auth/login/", at.url).href;
    const [, csrfmiddlewaretoken] = (await (await page.request.get(login)).text()).match(/name="csrfmiddlewaretoken" value="([^"]+)"/);
    const form = { csrfmiddlewaretoken, op: "login", username: at.username, password: at.password };
    assert.equal((await page.request.post(login, { form, headers: { referer: login }, maxRedirects: 0 })).status(), 302);
    assert.ok((await page.context().cookies()).some(({ name }) => name === "sentrysid"));
    await page.reload();
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
    const sent = [];
    page.on("request", (request) => request.method() === "POST" && sent.push(request.allHeaders()));
    await open(page, `GetRepository?repository_id=${at.repositoryId}`);
    await run(page);
    assert.match(await answer(page), /NO_CREDENTIALS/);
    await say(page, at.key);
    await run(page);
    assert.match(await answer(page), /Acme \/ rocket/);
    assert.deepEqual((await Promise.all(sent)).map(({ cookie }) => cookie), [undefined, undefined]);
  },

  async "is on a customer's domain too"(_, at, inPage) {
    await inPage({ at: at.customersUrl }, async (page) => {
      assert.equal(page.url(), at.customersUrl);
      await say(page, at.key);
      await open(page, `GetRepository?repository_id=${at.repositoryId}`);
      await run(page);
      assert.match(await answer(page), /Acme \/ rocket/);
    });
  },
};

const at = JSON.parse(process.argv[2]);
const { found, runAll, close } = await openBrowser(at.url, "--host-resolver-rules=MAP *.sentry.test 127.0.0.1");
await runAll(scenarios, at);
await close();
process.stdout.write(JSON.stringify(found));
