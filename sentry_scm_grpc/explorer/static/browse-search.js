// Search in the code of a repository: hits by file, each at its line, with what was found marked.
import { h, link } from "./dom.js";
import { incomplete, none, paged } from "./browse-parts.js";

export async function search(view, content) {
  const { q = "", path } = view.params;
  if (!q) return void content.append(none("Type what to find in the field above."));
  if (path) content.append(h("p", { class: "help" }, "Only in ", h("code", {}, path), ". ", h("a", { href: view.to("search", { q }) }, "Search everywhere")));
  const status = h("p", { class: "help", role: "status" });
  content.append(status);
  let count = 0;
  let last = "";
  let list;
  let cut = null;
  await paged(view, content, "SearchCode", { ...view.place, query: q, ...(path && { path }) }, "matches", (found, got) => {
    if (!cut && (cut = incomplete(got, "what there is to search"))) status.after(cut);
    for (const match of found) {
      if (match.path !== last) content.append(h("h3", { class: "hit" }, h("a", { href: view.to("file", { path: match.path }) }, match.path)), (list = h("ol", { class: "hits" })));
      last = match.path;
      list.append(hit(view, match, q));
    }
    count += found.length;
    status.textContent = `${count.toLocaleString()}${got.next_page_token || got.incomplete ? " and more" : ""} ${count === 1 ? "hit" : "hits"}`;
  }, path ? "Nothing was found in this directory." : "Nothing was found. All files were searched.");
}

function hit(view, match, q) {
  const target = view.to("file", { path: match.path, line: match.line_number });
  const label = match.line_number ? `${match.path}, line ${match.line_number}` : match.path;
  return h("li", {},
    h("a", { class: "number", href: target, "aria-label": label }, match.line_number ? String(match.line_number) : "open"),
    h("code", { class: "text" }, marked(match.line ?? "", q, match.column ?? 0)),
    !match.line && match.url && link(match.url, "web page"));
}

/** The line with what was found marked: every place where the text is, whatever its case; else where the column says. */
export function marked(line, q, column) {
  const found = line.split(new RegExp(`(${q.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`, "giu"));
  if (found.length > 1) return found.map((part, index) => (index % 2 ? h("mark", {}, part) : part));
  const points = [...line];
  const end = column - 1 + [...q].length;
  if (!column || column > points.length) return [line];
  return [points.slice(0, column - 1).join(""), h("mark", {}, points.slice(column - 1, end).join("")), points.slice(end).join("")];
}
