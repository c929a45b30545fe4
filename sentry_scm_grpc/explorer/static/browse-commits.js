// History: commits, newest first; and one commit with its file changes.
import { h, link } from "./dom.js";
import { Changes } from "./browse-changes.js";
import { ago, firstLine, incomplete, paged, person, short } from "./browse-parts.js";

const day = (text) => new Date(text).toLocaleDateString(undefined, { dateStyle: "long" });

export async function history(view, content) {
  const { path } = view.params;
  let last = "";
  let list;
  let cut = null;
  await paged(view, content, "ListCommits", { ...view.place, ...(path && { path }) }, "commits", (found, got) => {
    if (!cut && (cut = incomplete(got, "the history"))) content.prepend(cut);
    for (const commit of found) {
      const date = commit.date_added ? day(commit.date_added) : "Without a date";
      if (date !== last) content.append(h("h3", { class: "day" }, date), (list = h("ul", { class: "commits" })));
      last = date;
      list.append(item(view, commit));
    }
  }, path ? "No commit changed this path." : "The repository has no commits.");
}

export function item(view, commit) {
  const title = firstLine(commit.message) || "(no message)";
  return h("li", {},
    h("a", { class: "name", href: view.to("commit", { sha: commit.key }) }, title),
    h("span", { class: "help" }, h("strong", {}, person(commit.author)), commit.date_added && ` · ${ago(commit.date_added)}`),
    h("span", { class: "aside" }, h("code", {}, short(commit.key)), " ",
      h("a", { href: view.to(view.params.file ? "file" : "tree", { path: view.params.path, ref: commit.key }), "aria-label": `Files at ${short(commit.key)}` }, "Files")));
}

export async function commit(view, content) {
  const { sha = "" } = view.params;
  const about = h("div", {});
  const changes = h("div", {});
  content.append(about, changes);
  const got = await view.ask("GetCommit", { repository_id: view.at.repository, commit_sha: sha });
  about.append(header(view, got));
  const sides = { diff: { head: got.key }, before: got.parent_keys?.[0] ?? "", after: got.key };
  await new Changes(view, changes, { rpc: "ListFileChanges", request: { commit_sha: got.key }, ...sides, nothing: "The commit changes no file." }).load();
}

function header(view, commit) {
  const [title, ...rest] = (commit.message ?? "").split("\n");
  const at = (key) => h("a", { href: view.to("commit", { sha: key }) }, h("code", {}, short(key)));
  const parents = (commit.parent_keys ?? []).map((key, index) => [index > 0 && ", ", at(key)]);
  const other = commit.committer && commit.committer.name !== commit.author?.name;
  const facts = [
    ["author", [person(commit.author), commit.author?.email && ` <${commit.author.email}>`]],
    ["committer", other && person(commit.committer)],
    ["date", commit.date_added && [new Date(commit.date_added).toLocaleString(), ` · ${ago(commit.date_added)}`]],
    ["commit", h("code", {}, commit.key)],
    [parents.length === 1 ? "parent" : "parents", parents.length > 0 && parents],
    ["web page", commit.web_url && link(commit.web_url)],
  ].filter(([, value]) => value);
  return h("div", { class: "commit" },
    h("h3", {}, title || "(no message)"),
    rest.join("\n").trim() && h("pre", { class: "message" }, rest.join("\n").trim()),
    commit.truncated && h("p", { class: "notice" }, "The commit is larger than what is read of one: parents, people or message are cut or missing."),
    h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    h("p", {}, h("a", { class: "button", href: view.to("tree", { ref: commit.key }) }, "Files at this commit"), " ",
      h("a", { class: "button", href: view.to("history", { ref: commit.key }) }, "History from here")));
}
