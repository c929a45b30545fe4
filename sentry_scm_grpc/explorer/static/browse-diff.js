// What a commit changed in one file: the file before and after, compared here.
import { h } from "./dom.js";
import { coloured } from "./highlight.js";
import { none, textOf } from "./browse-parts.js";

const CONTEXT = 3;
// Two texts that differ more, or take longer to compare, are not compared: the page would stand still.
const LIMITS = { maxEditLength: 5000, timeout: 3000 };

/** Fills ``place`` with the difference of two versions of a file, each {path, ref} or null where there is none. */
export async function difference(view, place, before, after) {
  const [old, now] = await Promise.all([before, after].map((side) => read(view, side)));
  if (old === null || now === null) return void place.append(none("A binary file."));
  const { structuredPatch } = await import("./differ.js");
  const patch = structuredPatch("", "", old, now, "", "", { context: CONTEXT, ...LIMITS });
  if (!patch) return void place.append(none("The two versions differ in too many lines to compare them here."));
  if (!patch.hunks.length) return void place.append(none("The contents are the same."));
  const [oldLines, newLines] = await Promise.all([coloured(before?.path ?? "", old), coloured(after?.path ?? "", now)]);
  place.append(h("div", { class: "scroll whole", role: "region", "aria-label": `Changes in ${(after ?? before).path}`, tabindex: "0" },
    h("table", { class: "code diff" }, patch.hunks.map((hunk) => hunkRows(hunk, oldLines, newLines)))));
}

async function read(view, side) {
  if (!side) return "";
  const { content } = await view.ask("GetFile", { repository_id: view.at.repository, path: side.path, ref: side.ref });
  return textOf(content).text;
}

function hunkRows(hunk, oldLines, newLines) {
  let [old, now] = [hunk.oldStart, hunk.newStart];
  const rows = hunk.lines.map((line) => {
    const [sign, text] = [line[0], line.slice(1)];
    if (sign === "\\") return row("note", ["", ""], "", [text.trim()]);
    if (sign === "-") return row("removed", [old, ""], "−", oldLines[old++ - 1] ?? [text]);
    if (sign === "+") return row("added", ["", now], "+", newLines[now++ - 1] ?? [text]);
    old += 1;
    return row("", [old - 1, now], "", newLines[now++ - 1] ?? [text]);
  });
  const head = h("tr", { class: "hunk" }, h("td", { colspan: "4" }, `@@ −${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`));
  return h("tbody", {}, head, rows);
}

function row(kind, numbers, sign, content) {
  const word = { added: "added", removed: "removed" }[kind];
  return h("tr", { class: kind },
    numbers.map((number) => h("td", { class: "number", "data-number": String(number) })),
    h("td", { class: "sign" }, sign && [h("span", { "aria-hidden": "true" }, sign), h("span", { class: "unseen" }, word)]),
    h("td", { class: "text" }, content));
}
