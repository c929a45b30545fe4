// Blame beside the lines of a file. Only the lines that come into sight are asked about.
import { h } from "./dom.js";
import { rpcs } from "./contract.js";
import { read, rows } from "./browse-file.js";
import { ago, firstLine, person, refused, short } from "./browse-parts.js";

// Without the batch, a line is a call.
const SINGLE = 10;

export async function blame(view, content) {
  const found = await read(view, content);
  if (!found) return;
  const gutter = new Gutter(view, found);
  content.append(gutter.notes, ...rows(view, found, (number) => gutter.cells(number), (chunk) => gutter.watch(chunk)));
  content.querySelector("table.code").classList.add("blame");
}

class Gutter {
  constructor(view, { got }) {
    Object.assign(this, { view, got, notes: h("div", {}), places: [], contexts: [], waiting: [], busy: false, said: new Set(), chunks: new Map() });
    // Where both are off, the server says so of the batch.
    this.batch = rpcs.has("BatchGetCommitContext") || !rpcs.has("GetCommitContext");
    this.observer = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) this.#want(target);
    }, { rootMargin: "200px" });
  }

  /** The empty cells of a line, to be filled when its commit is known. */
  cells(number) {
    const [commit, who, age] = ["sha-cell", "who", "age"].map((name) => h("td", { class: name }));
    this.places[number] = { commit, who, age };
    return [commit, who, age];
  }

  /** Asks about the lines of a chunk when they come into sight. */
  watch({ body, from, to }) {
    const size = this.batch ? to - from : SINGLE;
    for (let start = from; start < to; start += size) {
      const target = this.batch ? body : body.rows[start - from];
      this.chunks.set(target, Array.from({ length: Math.min(size, to - start) }, (_, index) => start + index + 1));
      this.observer.observe(target);
    }
  }

  #want(target) {
    this.observer.unobserve(target);
    this.waiting.push(target);
    this.#work();
  }

  /** One call at a time; what came into sight last goes first. */
  async #work() {
    if (this.busy) return;
    this.busy = true;
    for (let target; (target = this.waiting.pop());) {
      const numbers = this.chunks.get(target).filter((number) => !this.contexts[number]);
      try {
        if (numbers.length) await this.#ask(numbers);
      } catch (failure) {
        if (!failure.status) throw failure;
        // Who leaves the view and comes back finds the rest asked about again.
        for (const left of [target, ...this.waiting.splice(0)]) this.observer.observe(left);
        if (failure.status !== "CANCELLED") this.#refused(failure);
      }
    }
    this.busy = false;
  }

  async #ask(numbers) {
    const line = (number) => ({ commit_sha: this.got.commit_sha, filepath: this.view.params.path, line_number: number });
    const { repository_id } = this.view.place;
    if (this.batch) {
      const { results = [] } = await this.view.ask("BatchGetCommitContext", { repository_id, lines: numbers.map(line) });
      this.#fill(numbers, results);
      return;
    }
    for (const number of numbers) this.#fill([number], [{ context: await this.view.ask("GetCommitContext", { repository_id, ...line(number) }) }]);
  }

  #fill(numbers, results) {
    results.forEach((result, index) => {
      this.contexts[numbers[index]] = result;
      if (result.error) this.#note(`${result.error.reason}: ${result.error.message}`);
      else if (result.context.derived) this.#note("The provider has no blame: this was worked out from the file’s history.");
    });
    const times = this.contexts.map((result) => Date.parse(result?.context?.committed_at)).filter((time) => !Number.isNaN(time));
    const [oldest, newest] = [Math.min(...times), Math.max(...times)];
    this.contexts.forEach((_, number) => this.#draw(number, oldest, newest));
  }

  /** The commit of a run of lines is told once, at its first. The newer, the stronger its bar. */
  #draw(number, oldest, newest) {
    const { context, error } = this.contexts[number];
    const { commit, who, age } = this.places[number];
    const above = this.contexts[number - 1];
    if (error) {
      commit.replaceChildren(above?.error?.reason === error.reason ? "" : h("span", { class: "reason", title: error.message }, error.reason));
      return;
    }
    const isFirst = above?.context?.blame_commit_id !== context.blame_commit_id;
    const step = newest > oldest ? Math.round(((Date.parse(context.committed_at) - oldest) / (newest - oldest)) * 4) : 4;
    commit.parentElement.classList.toggle("run", isFirst);
    commit.className = `sha-cell age-${step}`;
    if (!isFirst) return [commit, who, age].forEach((cell) => cell.replaceChildren());
    const message = firstLine(context.message);
    commit.replaceChildren(h("a", { href: this.view.to("commit", { sha: context.blame_commit_id }), title: message }, h("code", {}, short(context.blame_commit_id).slice(0, 8))));
    who.replaceChildren(person(context.blame_author));
    who.title = message;
    age.replaceChildren(context.committed_at ? ago(context.committed_at) : "");
  }

  #note(text) {
    if (this.said.has(text)) return;
    this.said.add(text);
    this.notes.append(h("p", { class: "notice" }, text));
  }

  #refused(failure) {
    this.observer.disconnect();
    this.view.failed = true;
    this.notes.append(refused(failure, () => this.view.reload()));
  }
}
