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

// A directory is folded from the files below it; so many pages of 1000 are read without being asked to.
const PAGES = 10;
const PAGE = 1000;
const KINDS = { TREE_ENTRY_KIND_SYMLINK: "link", TREE_ENTRY_KIND_SUBMODULE: "module" };

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
  const folded = new Map();
  const said = h("p", { class: "help", role: "status" });
  const rows = h("tbody");
  const table = h("table", { class: "tree" }, h("thead", {}, h("tr", {}, ["name", "size"].map((name) => h("th", { scope: "col" }, name)))), rows);
  const more = h("div", { class: "more" });
  place.append(said, h("div", { class: "scroll whole" }, table), more);
  let files = 0;
  let cut = null;
  let next = "";

  async function turn() {
    const got = await view.ask("ListTree", { ...view.place, ...(path && { path }), page_size: PAGE, ...(next && { page_token: next }) });
    for (const entry of got.entries ?? []) fold(folded, entry, path);
    files += (got.entries ?? []).length;
    cut ??= incomplete(got, "the tree") || null;
    next = got.next_page_token;
    show(Boolean(next));
  }

  async function readOn() {
    for (let pages = 0; next && pages < PAGES; pages += 1) await turn();
    more.replaceChildren(next ? h("button", { type: "button", class: "quiet", onclick: () => (more.replaceChildren(), view.guard(readOn, more)) }, "Read on") : "");
  }

  function show(goesOn) {
    const entries = [...folded.values()].sort((one, other) => (other.files > 0) - (one.files > 0) || (one.name < other.name ? -1 : 1));
    rows.replaceChildren(...(path ? [up(view, path)] : []), ...entries.map((entry) => row(view, entry, path, goesOn)));
    said.replaceChildren(goesOn ? `The first ${files.toLocaleString()} files were read; names may be missing.` : `${files.toLocaleString()} ${files === 1 ? "file" : "files"}`);
    if (cut) said.after(cut);
    if (!files && !goesOn && !cut) said.replaceChildren(path ? "No files are here." : "The repository has no files at this ref.");
  }

  await turn();
  await view.guard(readOn, more);
}

function fold(folded, entry, path) {
  // The path may be a file's own.
  const rest = entry.path === path ? path.split("/").at(-1) : entry.path.slice(path ? path.length + 1 : 0);
  const [name, ...below] = rest.split("/");
  const known = folded.get(name) ?? { name, files: 0, entry };
  if (below.length) known.files += 1;
  folded.set(name, known);
}

const up = (view, path) => h("tr", {}, h("td", {}, h("a", { href: view.to("tree", { path: path.split("/").slice(0, -1).join("/") }), "aria-label": "The directory above" }, "..")), h("td"));

function row(view, { name, files, entry }, path, goesOn) {
  if (files) return h("tr", {}, h("td", {}, icon("folder"), h("a", { href: view.to("tree", { path: path ? `${path}/${name}` : name }) }, name)), h("td", { class: "number-cell" }, `${files.toLocaleString()}${goesOn ? "+" : ""} ${files === 1 ? "file" : "files"}`));
  const kind = KINDS[entry.kind] ?? "file";
  const label = kind === "module" ? h("span", {}, name, h("span", { class: "help" }, ` submodule at ${short(entry.sha)}`)) : h("a", { href: view.to("file", { path: entry.path }) }, name);
  return h("tr", {}, h("td", {}, icon(kind), label, entry.raw_path && h("span", { class: "help" }, " a name that is not UTF-8")), h("td", { class: "number-cell" }, kind === "module" ? "" : bytes(entry.size_bytes)));
}

