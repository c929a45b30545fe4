// The diff of a file as StreamDiff gives it: unified, or the two versions side by side, with threads of comments at lines.
import { h } from "./dom.js";
import { coloured } from "./highlight.js";
import { none, textOf } from "./browse-parts.js";
import { pairs, parse } from "./patch.js";

// So many rows are shown at a time: a window that is full of rows grows slow.
const ROWS = 2000;
const SIGNS = { added: "+", removed: "−" };

const isSplit = (layout) => layout === "split";

/**
 * {element, lines, rows, draw(layout)}: what a FileDiff tells, how many lines of it there are, and how many are drawn at first.
 * ``threads`` are those of a pull request; null without one.
 */
export function fileDiff(diff, layout, threads = null) {
  const { change = {}, truncated } = diff;
  const lines = parse(textOf(diff.hunks).text);
  const { at = new Map(), above = [], below = [] } = threads?.placed(change, lines) ?? {};
  let shown = layout;
  const box = h("div", { class: "scroll whole", role: "region", "aria-label": `Changes in ${change.path}`, tabindex: "0", hidden: !lines.length });
  const more = h("div", { class: "more" });
  const element = h("div", {},
    modes(diff) && h("p", { class: "help" }, modes(diff)),
    truncated && h("p", { class: "notice" }, lines.length ? "This diff is cut: it is too large for the provider or for one message." : "The diff is not told: it is too large for the provider or for one message."),
    !lines.length && !truncated && none(change.binary ? "A binary file." : /ADDED|DELETED/.test(change.kind) ? "An empty file." : "The contents are the same."),
    above, box, more, below.length > 0 && [h("p", { class: "help" }, "On lines that this diff does not show:"), below]);

  function draw(how) {
    shown = how;
    const rows = isSplit(how)
      ? pairs(lines).flatMap((pair) => [splitRow(pair), ...threadRows(at, pair, 6)])
      : lines.flatMap((line) => [unifiedRow(line), ...threadRows(at, [line], 4)]);
    const columns = isSplit(how) && h("colgroup", {}, ["number", "sign", "text", "number", "sign", "text"].map((name) => h("col", { class: name })));
    const table = h("table", { class: `code diff ${isSplit(how) ? "split" : "unified"}` }, columns);
    box.replaceChildren(table);
    function show() {
      table.append(...rows.splice(0, ROWS).map((made) => made()));
      more.replaceChildren(rows.length ? h("button", { type: "button", class: "quiet", onclick: show }, `Show the next ${Math.min(rows.length, ROWS).toLocaleString()} of ${rows.length.toLocaleString()} rows`) : "");
    }
    show();
  }

  draw(layout);
  colour(change, lines, box).then((found) => found && draw(shown));
  return { element, lines: lines.length, rows: Math.min(lines.length, ROWS), draw };
}

function modes({ old_mode: old, new_mode: now }) {
  if (old && now && old !== now) return `Mode ${old} → ${now}`;
  return { 120000: "A symbolic link", 160000: "A submodule" }[now || old] ?? "";
}

/** Gives each line its coloured content for the versions that it is in; true if there are colours. ``place`` is where they are shown. */
async function colour(change, lines, place) {
  const sides = [["old", change.previous_path || change.path], ["now", change.path]];
  const found = await Promise.all(sides.map(async ([side, path]) => {
    const shown = lines.filter((line) => line[side]);
    const nodes = shown.length ? await coloured(path ?? "", shown.map(({ text }) => text).join("\n"), place) : null;
    if (nodes) shown.forEach((line, index) => ((line.nodes ??= {})[side] = nodes[index]));
    return nodes;
  }));
  return found.some(Boolean);
}

const number = (value) => h("td", { class: "number", "data-number": String(value ?? "") });
const sign = (kind) => h("td", { class: "sign" }, SIGNS[kind] && [h("span", { "aria-hidden": "true" }, SIGNS[kind]), h("span", { class: "unseen" }, kind)]);
const text = (line, side) => h("td", { class: "text" }, line.nodes?.[side] ?? line.text);
const head = (line, columns) => h("tr", { class: "hunk" }, h("td", { colspan: String(columns) }, line.text));

/** The rows of the threads that stand below one of these lines. */
const threadRows = (at, pair, columns) =>
  [...new Set(pair)].filter((line) => at.has(line)).map((line) => () => h("tr", { class: "threads" }, h("td", { colspan: String(columns) }, at.get(line))));

const unifiedRow = (line) => () =>
  line.kind === "hunk" ? head(line, 4) : h("tr", { class: line.kind }, number(line.old), number(line.now), sign(line.kind), text(line, line.now ? "now" : "old"));

const splitRow = ([left, right]) => () =>
  right === undefined ? (left.kind === "hunk" ? head(left, 6) : h("tr", { class: left.kind }, h("td", { colspan: "6" }, left.text))) : h("tr", {}, half(left, "old"), half(right, "now"));

function half(line, side) {
  const cells = line ? [number(line[side]), sign(line.kind), text(line, side)] : [number(), sign(), h("td", { class: "text" })];
  cells.forEach((cell) => cell.classList.add(side, line ? line.kind || "same" : "absent"));
  return cells;
}
