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
  const draw = (oldLines, newLines) => h("table", { class: "code diff" }, patch.hunks.map((hunk) => hunkRows(hunk, oldLines, newLines)));
  const box = h("div", { class: "scroll whole", role: "region", "aria-label": `Changes in ${(after ?? before).path}`, tabindex: "0" }, draw(null, null));
  place.append(box);
  const colours = await Promise.all([coloured(before?.path ?? "", old), coloured(after?.path ?? "", now)]);
  if (colours.some(Boolean)) box.replaceChildren(draw(...colours));
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
    const [isOld, isNew] = [sign !== "+", sign !== "-"];
    if (sign === "\\") return row("note", ["", ""], "", [text.trim()]);
    const content = (isNew ? newLines?.[now - 1] : oldLines?.[old - 1]) ?? [text];
    const kind = { "+": "added", "-": "removed" }[sign] ?? "";
    return row(kind, [isOld ? old++ : "", isNew ? now++ : ""], { "+": "+", "-": "−" }[sign], content);
  });
  const head = h("tr", { class: "hunk" }, h("td", { colspan: "4" }, `@@ −${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`));
  return h("tbody", {}, head, rows);
}

function row(kind, numbers, sign, content) {
  return h("tr", { class: kind },
    numbers.map((number) => h("td", { class: "number", "data-number": String(number) })),
    h("td", { class: "sign" }, sign && [h("span", { "aria-hidden": "true" }, sign), h("span", { class: "unseen" }, kind)]),
    h("td", { class: "text" }, content));
}
