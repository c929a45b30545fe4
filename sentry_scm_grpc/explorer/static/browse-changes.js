// The files that a commit, a comparison or a pull request changed: a list that pages, and the diff of each below it.
import { h } from "./dom.js";
import { fileDiff } from "./browse-diff.js";
import { incomplete, none, paged } from "./browse-parts.js";
import { badge, lines } from "./views.js";

// What "Show all diffs" draws and keeps before it stops: a window that is full of rows grows slow.
const MAX = { files: 300, rows: 20_000, lines: 200_000 };
// Files that are listed to find the one that the address names.
const MAX_SOUGHT = 1000;
const LAYOUTS = { unified: "Unified", split: "Side by side" };
let preferred = "unified";

/**
 * Fills ``place`` with the files that ``rpc`` lists. ``diff`` is what ``stream`` is asked besides the repository and the
 * paths; ``before`` and ``after`` are the refs of the two versions, empty where there is none. ``threads`` stand in the
 * diffs.
 */
export class Changes {
  constructor(view, place, { rpc, request, stream = "StreamDiff", diff, before, after, threads = null, nothing }) {
    Object.assign(this, { view, place, rpc, request, stream, diff, before, after, threads, nothing, items: new Map(), drawn: new Set() });
    this.layout = view.params.layout in LAYOUTS ? view.params.layout : preferred;
    this.list = h("ul", { class: "changes", hidden: true });
    this.sum = h("p", { class: "sum" });
    this.stopped = h("div", {});
    this.total = { files: 0, additions: 0, deletions: 0 };
  }

  async load() {
    const { view, place } = this;
    const { repository_id } = view.place;
    place.append(h("h3", {}, "Files"), this.sum, this.list, this.stopped);
    await view.guard(() => paged(view, place, this.rpc, { repository_id, ...this.request }, "file_changes", (found, page) => this.#add(found, page), this.nothing, () => this.#seeks()), place);
    await this.#openNamed();
  }

  /** Whether another page may have the file that the address names. */
  #seeks() {
    const { file } = this.view.params;
    return file && !this.items.has(file) && this.total.files < MAX_SOUGHT;
  }

  #add(found, page) {
    for (const change of found) {
      this.total.files += 1;
      this.total.additions += change.additions ?? 0;
      this.total.deletions += change.deletions ?? 0;
      this.list.append(this.#item(change));
    }
    const cut = incomplete(page, "the changes");
    if (cut) this.list.after(cut);
    this.list.hidden = !this.total.files;
    this.threads?.listed(this.items, !page.next_page_token);
    const { files } = this.total;
    if (!files) return;
    this.sum.replaceChildren(`${files}${page.next_page_token ? " and more" : ""} ${files === 1 ? "file" : "files"} changed `, lines(this.total), this.#controls());
  }

  #controls() {
    const all = this.total.files > 1 && h("button", { type: "button", class: "quiet", onclick: () => this.view.guard(() => this.#showAll(), this.stopped) }, "Show all diffs");
    const layouts = Object.entries(LAYOUTS).map(([name, label]) =>
      h("button", { type: "button", class: "quiet", "aria-pressed": String(name === this.layout), onclick: () => this.#lay(name) }, label));
    return h("span", { class: "controls" }, all, h("span", { class: "choice", role: "group", "aria-label": "Layout of diffs" }, layouts));
  }

  /** Draws the diffs anew, and says so in the address. */
  #lay(layout) {
    this.layout = preferred = layout;
    this.view.readdress({ layout });
    for (const drawn of this.drawn) drawn.draw(layout);
    this.sum.querySelector(".controls").replaceWith(this.#controls());
    this.sum.querySelector("[aria-pressed=true]").focus();
  }

  // ---- one file ------------------------------------------------------------------------------------------------

  #item(change) {
    const { view } = this;
    const gone = change.kind === "FILE_CHANGE_KIND_DELETED";
    const isNew = change.kind === "FILE_CHANGE_KIND_ADDED";
    const before = !isNew && this.before ? { path: change.previous_path || change.path, ref: this.before } : null;
    const after = gone || !this.after ? null : { path: change.path, ref: this.after };
    const shown = after ?? before;
    const place = h("div", { class: "difference", hidden: true });
    const toggle = h("button", { type: "button", class: "quiet", "aria-expanded": "false", "aria-label": `Diff of ${change.path}` }, "Diff");
    const count = this.threads?.of(change).length ?? 0;
    const item = { change, place, toggle, asked: false, element: null };
    toggle.addEventListener("click", () => {
      view.readdress({ file: place.hidden ? change.path : "" });
      this.#open(item, place.hidden);
    });
    this.items.set(change.path, item);
    item.element = h("li", {},
      h("div", { class: "change" },
        badge(change.kind),
        h("span", { class: "path" }, change.previous_path && h("span", { class: "help" }, `${change.previous_path} → `), shown ? h("a", { href: view.to("file", shown) }, change.path) : change.path,
          before && after && [" ", h("small", {}, h("a", { href: view.to("file", before), "aria-label": `${change.path} before` }, "before"))]),
        count > 0 && h("span", { class: "tag" }, `${count} ${count === 1 ? "thread" : "threads"}`),
        h("span", { class: "lines" }, lines(change)),
        toggle),
      place);
    return item.element;
  }

  async #open(item, wanted) {
    item.place.hidden = !wanted;
    item.toggle.setAttribute("aria-expanded", String(wanted));
    if (!wanted || item.asked) return;
    item.asked = true;
    const { path, previous_path } = item.change;
    await this.view.guard(async () => {
      await this.#diffs({ paths: [path, previous_path].filter(Boolean) }, (diff) => void this.#draw(item, diff));
      if (!item.place.childNodes.length) item.place.append(none("The provider returned no diff of this file."));
    }, item.place);
  }

  #draw(item, diff) {
    const made = fileDiff(diff, this.layout, this.threads);
    this.drawn.add(made);
    item.place.append(made.element);
    return made;
  }

  // ---- several -------------------------------------------------------------------------------------------------

  #diffs(more, onDiff) {
    return this.view.stream(this.stream, { repository_id: this.view.place.repository_id, ...this.diff, ...more }, onDiff);
  }

  /** One call for the diffs of all files that are listed. Those that are open already stay as they are. */
  async #showAll() {
    const already = new Set([...this.items.values()].filter((item) => item.asked));
    for (const item of already) this.#open(item, true);
    const shown = { files: 0, rows: 0, lines: 0 };
    const isFull = () => Object.keys(MAX).some((what) => shown[what] >= MAX[what]);
    this.stopped.replaceChildren();
    await this.#diffs({}, (diff) => {
      const item = this.items.get(diff.change?.path);
      if (!item || already.has(item)) return true;
      item.asked = true;
      this.#open(item, true);
      const { rows, lines } = this.#draw(item, diff);
      shown.files += 1;
      shown.rows += rows;
      shown.lines += lines;
      return !isFull();
    });
    if (isFull()) this.stopped.replaceChildren(h("p", { class: "notice" }, `The diffs of ${shown.files.toLocaleString()} files are open. Open the others one by one.`));
  }

  /** Opens the file that the address names, and leads to it. */
  async #openNamed() {
    const { file } = this.view.params;
    if (!file) return;
    const item = this.items.get(file);
    if (!item) return this.sum.after(h("p", { class: "notice" }, `There is no ${file} among the files that are listed.`));
    await this.#open(item, true);
    item.element.scrollIntoView({ block: "start" });
  }
}
