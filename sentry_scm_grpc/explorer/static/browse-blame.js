// Blame beside the lines of a file: one stream of hunks, drawn as they come.
import { h } from "./dom.js";
import { read, rows } from "./browse-file.js";
import { ago, firstLine, person, short } from "./browse-parts.js";

export async function blame(view, content) {
  const found = await read(view, content);
  if (!found) return;
  const gutter = new Gutter(view);
  content.append(gutter.notes, ...rows(view, found, (number) => gutter.cells(number)));
  content.querySelector("table.code").classList.add("blame");
  const request = { repository_id: view.at.repository, ref: found.got.commit_sha, path: view.params.path };
  await view.guard(() => view.stream("StreamBlame", request, (hunk) => gutter.add(hunk)), gutter.notes);
  gutter.end();
}

class Gutter {
  constructor(view) {
    Object.assign(this, { view, notes: h("div", {}), places: [], hunks: [], said: new Set(), oldest: Infinity, newest: -Infinity });
  }

  /** The cells of a line, filled if its commit is known. Lines are shown in their order, some of them later. */
  cells(number) {
    const [commit, who, age] = ["sha-cell", "who", "age"].map((name) => h("td", { class: name }));
    this.places[number] = { commit, who, age };
    if (this.hunks[number]) setTimeout(() => this.#draw(number));
    return [commit, who, age];
  }

  add(hunk) {
    const time = timeOf(hunk);
    if (time) [this.oldest, this.newest] = [Math.min(this.oldest, time), Math.max(this.newest, time)];
    if (hunk.error) this.#note(`${hunk.error.reason}: ${hunk.error.message}`);
    if (hunk.derived) this.#note("The provider has no blame: this was worked out from the file’s history.");
    if (hunk.boundary) this.#note("The server’s clone is shallow: some lines may be older than they seem.");
    const first = hunk.start_line ?? 1;
    for (let number = first; number < first + (hunk.line_count ?? 0); number += 1) {
      this.hunks[number] = hunk;
      this.#draw(number);
    }
  }

  /** How new a line is can be told when all are known. */
  end() {
    this.ended = true;
    this.places.forEach((_, number) => this.#draw(number));
  }

  /** The commit of a run of lines is told once, at its first. The newer, the stronger its bar. */
  #draw(number) {
    const hunk = this.hunks[number];
    const place = this.places[number];
    if (!hunk || !place) return;
    const { commit, who, age } = place;
    const isFirst = !isSame(this.hunks[number - 1], hunk);
    commit.parentElement?.classList.toggle("run", isFirst);
    if (hunk.error) {
      if (isFirst) commit.replaceChildren(h("span", { class: "reason", title: hunk.error.message }, hunk.error.reason));
      return;
    }
    if (this.ended && timeOf(hunk)) commit.className = `sha-cell age-${this.newest > this.oldest ? Math.round(((timeOf(hunk) - this.oldest) / (this.newest - this.oldest)) * 4) : 4}`;
    if (!isFirst || commit.childNodes.length) return;
    const { sha, author, summary } = hunk.commit ?? {};
    const title = firstLine(summary);
    commit.append(h("a", { href: this.view.to("commit", { sha }), title }, h("code", {}, short(sha).slice(0, 8))));
    who.append(person(author));
    who.title = title;
    age.append(ago(dateOf(hunk) ?? ""), ...this.#before(hunk));
  }

  /** Leads to the file as it was before the commit. */
  #before({ commit, previous_commit_sha: ref, previous_path: path }) {
    return ref && path ? [" ", h("a", { href: this.view.to("blame", { ref, path }), "aria-label": `Blame before ${short(commit.sha).slice(0, 8)}`, title: "Blame before this commit" }, "↥")] : [];
  }

  #note(text) {
    if (this.said.has(text)) return;
    this.said.add(text);
    this.notes.append(h("p", { class: "notice" }, text));
  }
}

const isSame = (above, hunk) => Boolean(above) && above.commit?.sha === hunk.commit?.sha && above.error?.reason === hunk.error?.reason;
const dateOf = ({ commit }) => commit?.committed_at ?? commit?.authored_at;
const timeOf = (hunk) => Date.parse(dateOf(hunk)) || 0;
