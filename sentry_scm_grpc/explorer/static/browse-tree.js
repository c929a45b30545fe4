// The organization's repositories, and the files of one at a ref, a directory at a time.
import { h, icon, link } from "./dom.js";
import { viewAddress } from "./address.js";
import { ago, bytes, firstLine, incomplete, paged, person, short } from "./browse-parts.js";

export async function repositories(view, content) {
  const { q = "", organization = "" } = view.params;
  const input = (name, value, more) => h("input", { name, value, autocomplete: "off", ...more });
  const text = input("q", q, { type: "search", "aria-label": "Find a repository", placeholder: "Find a repository" });
  // Who belongs to several has to say which.
  const id = input("organization", organization, { type: "number", min: "1", class: "id", "aria-label": "Organization id", placeholder: "org. id", inputmode: "numeric" });
  const find = (event) => {
    event.preventDefault();
    location.hash = viewAddress("repositories", "", { q: text.value.trim(), organization: id.value });
  };
  const cards = h("ul", { class: "cards" });
  content.append(h("form", { class: "one find", role: "search", "aria-label": "Repositories", onsubmit: find }, text, id, h("button", { class: "quiet" }, "Find")), cards);
  await paged(view, content, "ListRepositories", { ...(organization && { organization_id: organization }), ...(q && { query: q }) }, "repositories", (found) => {
    cards.append(...found.map((repository) => h("li", {},
      h("a", { class: "name", href: viewAddress("tree", repository.id) }, repository.name || repository.id),
      h("span", { class: "tags" },
        h("span", { class: "tag" }, repository.provider_key || "unknown provider"),
        repository.default_branch && h("span", { class: "tag" }, repository.default_branch),
        h("span", { class: "help" }, `id ${repository.id}`)),
      /^https?:/i.test(repository.url ?? "") && h("span", { class: "help" }, link(repository.url)))));
  }, q ? "No repository has this in its name." : "The organization has no repositories.");
}

// So many pages of a directory are read without being asked to.
const PAGES = 10;
const PAGE = 1000;
const KINDS = { TREE_ENTRY_KIND_SYMLINK: "link", TREE_ENTRY_KIND_SUBMODULE: "module", TREE_ENTRY_KIND_DIRECTORY: "folder" };

export async function tree(view, content) {
  const { path = "" } = view.params;
  const latest = h("div", { class: "latest" });
  const list = h("div", {});
  content.append(latest, list);
  await Promise.all([view.guard(() => lastCommit(view, latest), latest), directory(view, path, list)]);
}

async function lastCommit(view, place) {
  const { path } = view.params;
  const { commits = [] } = await view.ask("ListCommits", { ...view.place, ...(path && { path }), page_size: 1 });
  const [commit] = commits;
  if (!commit) return;
  place.append(
    h("strong", {}, person(commit.author)), " ",
    h("a", { href: view.to("commit", { sha: commit.key }) }, firstLine(commit.message) || "(no message)"),
    h("span", { class: "aside" }, h("code", {}, short(commit.key)), ` · ${ago(commit.date_added)}`),
  );
}

async function directory(view, path, place) {
  const entries = [];
  const said = h("p", { class: "help", role: "status" });
  const rows = h("tbody");
  const table = h("table", { class: "tree" }, h("thead", {}, h("tr", {}, ["name", "size"].map((name) => h("th", { scope: "col" }, name)))), rows);
  const more = h("div", { class: "more" });
  place.append(said, h("div", { class: "scroll whole" }, table), more);
  let cut = null;
  let next = "";

  async function turn() {
    const got = await view.ask("ListDirectory", { ...view.place, ...(path && { path }), page_size: PAGE, ...(next && { page_token: next }) });
    entries.push(...(got.entries ?? []));
    cut ??= incomplete(got, "the directory") || null;
    next = got.next_page_token;
    show(Boolean(next));
  }

  async function readOn() {
    for (let pages = 0; next && pages < PAGES; pages += 1) await turn();
    more.replaceChildren(next ? h("button", { type: "button", class: "quiet", onclick: () => (more.replaceChildren(), view.guard(readOn, more)) }, "Read on") : "");
  }

  function show(goesOn) {
    entries.sort((one, other) => isDirectory(other) - isDirectory(one) || (one.name < other.name ? -1 : 1));
    rows.replaceChildren(...(path ? [up(view, path)] : []), ...entries.map((entry) => row(view, entry)));
    const directories = entries.filter(isDirectory).length;
    const counts = [[directories, "directory", "directories"], [entries.length - directories, "file", "files"]];
    const words = counts.filter(([count]) => count).map(([count, one, several]) => `${count.toLocaleString()} ${count === 1 ? one : several}`).join(", ");
    said.replaceChildren(goesOn ? `${words} were read. There are more.` : words);
    if (cut) said.after(cut);
    if (!entries.length && !goesOn && !cut) said.replaceChildren(path ? "No files are here." : "The repository has no files at this ref.");
  }

  await turn();
  await view.guard(readOn, more);
}

const isDirectory = (entry) => entry.kind === "TREE_ENTRY_KIND_DIRECTORY";

const up = (view, path) => h("tr", {}, h("td", {}, h("a", { href: view.to("tree", { path: path.split("/").slice(0, -1).join("/") }), "aria-label": "The directory above" }, "..")), h("td"));

function row(view, entry) {
  const kind = KINDS[entry.kind] ?? "file";
  const { name, path } = entry;
  const label = kind === "module" ? h("span", {}, name, entry.sha && h("span", { class: "help" }, ` submodule at ${short(entry.sha)}`)) : h("a", { href: view.to(kind === "folder" ? "tree" : "file", { path }) }, name);
  return h("tr", {}, h("td", {}, icon(kind), label, entry.raw_path && h("span", { class: "help" }, " a name that is not UTF-8")), h("td", { class: "number-cell" }, entry.size_bytes !== undefined && bytes(entry.size_bytes)));
}
