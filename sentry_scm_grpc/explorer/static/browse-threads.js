// Threads of comments on files and lines: each with its place, and where it stands in a diff.
import { h } from "./dom.js";
import { none, short } from "./browse-parts.js";
import { comment, unknown } from "./browse-pull-parts.js";

// So many threads are read for the diffs.
const MAX_THREADS = 1000;
const SIDES = { DIFF_SIDE_BASE: " before the changes" };

const isBase = ({ side }) => side === "DIFF_SIDE_BASE";
/** Where a thread is, or where it was if it has no place any more. */
export const placeOf = (one) => one.position ?? one.original_position ?? {};

function lines({ start_line: start, line, side }) {
  if (!line) return "the whole file";
  return `${start && start !== line ? `lines ${start}–${line}` : `line ${line}`}${SIDES[side] ?? ""}`;
}

/** "line 4", or where it was: "line 4 of 0123abcd, as it was". */
function where(one) {
  if (one.position) {
    const moved = one.original_position && lines(one.original_position) !== lines(one.position);
    return [lines(one.position), moved && unknown(`, at first ${lines(one.original_position)}`)];
  }
  if (!one.original_position) return unknown("a place that is not told");
  const { commit_sha: sha } = one.original_position;
  return [lines(one.original_position), sha ? [" of ", h("code", {}, short(sha))] : "", ", as it was"];
}

/** A thread with its comments. One that is resolved is folded. ``address`` leads to its file; "" inside the file itself. */
export function thread(one, address) {
  const comments = one.comments ?? [];
  const path = placeOf(one).path ?? "";
  const count = `${comments.length}${one.comments_truncated ? " and more" : ""} ${comments.length === 1 ? "comment" : "comments"}`;
  const tags = [one.outdated && h("span", { class: "tag ended" }, "outdated"), one.resolved && h("span", { class: "tag good" }, "resolved")];
  const file = address && path && h("a", { class: "path", href: address }, path);
  const place = [where(one), tags.map((tag) => tag && [" ", tag])];
  const body = [
    comments.map((one, index) => comment(one, index ? "answered" : "wrote")),
    one.comments_truncated && none("The provider has more comments of this thread than it gave."),
  ];
  if (one.resolved) return h("details", { class: "thread" }, h("summary", {}, file && [h("span", { class: "path" }, path), ", "], place, ` · ${count}`), file && h("p", { class: "place" }, file), body);
  return h("div", { class: "thread", role: "group", "aria-label": `Thread on ${path}` }, h("p", { class: "place" }, file && [file, ", "], place), body);
}

/** What the provider does not tell of these threads, as sentences. */
export function untold(threads) {
  const missing = [["resolved", "whether a thread is resolved"], ["outdated", "whether the lines of a thread have changed since"]];
  return missing.filter(([field]) => threads.some((one) => one[field] === undefined)).map(([, what]) => none(`The provider does not tell ${what}.`));
}

/** The threads of a pull request by the files that they are on, for its diffs. */
export class Threads {
  constructor(view, number) {
    Object.assign(this, { view, number, all: [], shown: new Map(), notes: h("div", {}), elsewhere: h("div", {}) });
  }

  /** Reads all, in pages. Where that fails, it says so, and the diffs do without. */
  read() {
    return this.view.guard(async () => {
      let token = "";
      do {
        const got = await this.view.ask("ListReviewThreads", { repository_id: this.view.at.repository, number: this.number, page_size: 100, ...(token && { page_token: token }) });
        this.all.push(...(got.threads ?? []));
        token = got.next_page_token;
      } while (token && this.all.length < MAX_THREADS);
      this.notes.append(...untold(this.all));
      if (token) this.notes.append(h("p", { class: "notice" }, `The first ${this.all.length.toLocaleString()} threads are shown. There are more.`));
    }, this.notes);
  }

  of({ path, previous_path: previous }) {
    return this.all.filter((one) => [path, previous].includes(placeOf(one).path));
  }

  /** The element of a thread, in its file. The same each time, so that it stays open when a diff is drawn anew. */
  #element(one) {
    if (!this.shown.has(one)) this.shown.set(one, thread(one, ""));
    return this.shown.get(one);
  }

  /** {at, above, below}: elements by the line of the diff below which they stand, and those that have no line in it. */
  placed(change, parsed) {
    const found = { at: new Map(), above: [], below: [] };
    for (const one of this.of(change)) {
      const { position } = one;
      const line = position?.line && parsed.find((row) => (isBase(position) ? row.old : row.now) === position.line);
      if (line) found.at.set(line, [...(found.at.get(line) ?? []), this.#element(one)]);
      else (position && !position.line ? found.above : found.below).push(this.#element(one));
    }
    return found;
  }

  /** Shows the threads on files that are not among those listed. */
  listed(files, isWhole) {
    const known = new Set([...files.values()].flatMap(({ change }) => [change.path, change.previous_path]));
    const rest = this.all.filter((one) => !known.has(placeOf(one).path));
    const heading = isWhole ? "Threads on other files" : "Threads on files that are not listed yet";
    this.elsewhere.replaceChildren(...(rest.length ? [h("h3", {}, heading), ...rest.map((one) => thread(one, this.view.to("file", { path: placeOf(one).path, ref: placeOf(one).commit_sha ?? "" })))] : []));
  }
}
