// A file with its lines, each of which has an address. Blame is a file with more beside its lines.
import { h, link } from "./dom.js";
import { coloured } from "./highlight.js";
import { bytes, none, short, textOf } from "./browse-parts.js";

const MAX_BYTES = 3 * 1024 * 1024;
// So many lines are shown at a time: a window that is full of rows grows slow.
const LINES = 2000;
// Lines that are shown after the one of the address.
const BELOW = 100;

/** Asks for the file; fills ``content`` and returns {got, lines, colours}, or null where there are no lines to show. */
export async function read(view, content) {
  const { path = "" } = view.params;
  const got = await view.ask("GetFile", { ...view.place, path, max_bytes: String(MAX_BYTES) });
  const { text } = textOf(got.content);
  const shown = text?.replace(/\r?\n$/, "");
  const lines = text ? shown.split("\n") : null;
  const about = h("p", { class: "about" },
    lines && `${lines.length.toLocaleString()} ${lines.length === 1 ? "line" : "lines"} · `, `${bytes(got.size_bytes)} · at `,
    h("a", { href: view.to("commit", { sha: got.commit_sha }) }, h("code", {}, short(got.commit_sha))),
    view.params.ref !== got.commit_sha && [" · ", h("a", { href: view.to(view.at.view, { ...view.params, ref: got.commit_sha }) }, "permanent link")],
    /^https?:/i.test(got.url ?? "") && [" · ", link(got.url, "web page")]);
  content.append(about);
  if (lines) about.append(lineForm(view, lines.length));
  else content.append(none(text === null ? "A binary file. GetFile has its bytes, in base64." : "An empty file."));
  return lines && { got, lines, colours: coloured(path, shown, content) };
}

export async function file(view, content) {
  const found = await read(view, content);
  if (found) content.append(...rows(view, found));
}

/** Leads to a line, for those who use no mouse. */
function lineForm(view, count) {
  const input = h("input", { name: "line", type: "number", min: "1", max: String(count), "aria-label": "Line", placeholder: "line", inputmode: "numeric", value: view.params.line ?? "" });
  const go = (event) => {
    event.preventDefault();
    location.hash = lineAddress(view, input.value);
  };
  return h("form", { class: "one line-form", onsubmit: go, "aria-label": "Go to a line" }, input, h("button", { class: "quiet" }, "Go to line"));
}

const lineAddress = (view, line) => view.to(view.at.view, { path: view.params.path, line });

/**
 * The lines in a table, coloured as soon as their colours are there: so many at first that the line of the address is among them, more by a button. ``before`` gives
 * the cells before a line's number.
 */
export function rows(view, { lines, colours }, before = () => []) {
  const wanted = Math.min(Number(view.params.line) || 0, lines.length);
  const table = h("table", { class: "code" });
  const box = h("div", { class: "scroll whole", role: "region", "aria-label": "Lines", tabindex: "0" }, table);
  const more = h("div", { class: "more" });
  let count = 0;

  function show(until) {
    const from = count;
    count = Math.min(until, lines.length);
    table.append(h("tbody", {}, lines.slice(from, count).map((line, index) => row(from + index + 1, line))));
    const left = lines.length - count;
    const button = left > 0 && h("button", { type: "button", class: "quiet", onclick: () => (show(count + LINES), box.focus({ preventScroll: true })) }, `Show the next ${Math.min(left, LINES).toLocaleString()} of ${left.toLocaleString()} lines`);
    more.replaceChildren(button || "");
  }

  colours.then((nodes) => {
    if (!nodes) return;
    lines = nodes;
    [...table.rows].forEach((shownRow, index) => shownRow.lastChild.replaceChildren(...lines[index]));
  });

  function row(number, line) {
    const anchor = h("a", { href: lineAddress(view, number), tabindex: "-1", "data-number": String(number), "aria-label": `Line ${number}` });
    return h("tr", { class: number === wanted ? "target" : "" }, before(number), h("td", { class: "number" }, anchor), h("td", { class: "text" }, line));
  }

  show(Math.max(LINES, wanted + BELOW));
  if (wanted) setTimeout(() => table.querySelector(".target")?.scrollIntoView({ block: "center" }));
  return [box, more];
}
