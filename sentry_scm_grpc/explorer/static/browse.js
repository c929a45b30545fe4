// Browse: repositories, their files, blame, history and search, made of calls of the API alone. A view is what an address
// names. It says which calls made it; where one fails, the server's sentence stands in the place of the content.
import { h, link, say } from "./dom.js";
import { rpcs } from "./contract.js";
import { getCredential } from "./call.js";
import { ask, callsTable } from "./calls.js";
import { viewAddress } from "./address.js";
import { refused, short } from "./browse-parts.js";
import { repositories, tree } from "./browse-tree.js";
import { file } from "./browse-file.js";
import { blame } from "./browse-blame.js";
import { commit, history as commits } from "./browse-commits.js";
import { compare } from "./browse-compare.js";
import { pull, TABS } from "./browse-pull.js";
import { pulls } from "./browse-pulls.js";
import { search } from "./browse-search.js";
import { refField } from "./browse-refs.js";

const VIEWS = { repositories, tree, file, blame, history: commits, commit, compare, pulls, pull, search };
// They do without the fields for a ref and for a search.
const WITHOUT_TOOLS = ["commit", "compare", "pulls", "pull"];
// Views by address: who goes back finds what was there.
const kept = new Map();
const MAX_KEPT = 30;
const KEPT_FOR = 10 * 60 * 1000;
/** What GetRepository said of a repository, and the call that asked. */
const known = new Map();
let shown = null;

document.addEventListener("credential", () => (kept.clear(), known.clear()));
document.addEventListener("credential-given", () => shown && shown.credential !== secret() && shown.reload());

/** All that a call is made with. */
const secret = () => JSON.stringify(getCredential());

/** Shows the view of an address, and returns its title. */
export function browse(main, at) {
  if (!VIEWS[at.view]) {
    main.replaceChildren(h("h2", { tabindex: "-1" }, "No such view"), h("p", {}, "There is no view of this address. ", h("a", { href: "#/repositories" }, "Begin with the repositories.")));
    return "Browse";
  }
  const address = location.hash;
  const old = kept.get(address);
  const view = old && Date.now() - old.begun < KEPT_FOR ? old : new View(at, address);
  shown = view;
  main.replaceChildren(view.element);
  if (view === old) scrollTo(0, view.scrolled);
  else view.load();
  return view.title();
}

/** Stops what still runs for the view that is left, and keeps it if it was whole. */
export function leaveBrowse() {
  shown?.leave();
  shown = null;
}

class View {
  constructor(at, address) {
    Object.assign(this, { at, address, scrolled: 0, whole: false, records: [], running: new Set() });
    this.repository = null;
    this.crumbs = h("nav", { class: "crumbs", "aria-label": "Where this is" });
    this.tabs = h("nav", { class: "tabs", "aria-label": "Views" });
    this.tools = h("div", { class: "tools" });
    this.body = h("div", { class: "body" });
    this.calls = h("details", { class: "calls", hidden: true });
    this.heading = h("h2", { tabindex: "-1" });
    this.element = h("article", { class: "browse" }, this.crumbs, this.heading, h("div", { class: "bar" }, this.tabs, this.tools), this.body, this.calls);
    this.#frame();
  }

  get params() {
    return this.at.params;
  }

  /** What names the repository and the ref in a request. */
  get place() {
    return { repository_id: this.at.repository, ...(this.params.ref && { ref: this.params.ref }) };
  }

  title() {
    const name = this.repository?.name ?? "";
    const { sha = "", q = "", base = "", head = "", number = "" } = this.params;
    const what = { repositories: "Repositories", commit: `commit ${sha}`, compare: `compare ${base} and ${head}`, pulls: "pull requests", pull: this.named ?? `pull request ${number}`, search: `search ${q}` }[this.at.view] ?? this.params.path;
    return [what || "", name].filter(Boolean).join(" · ") || "Browse";
  }

  /** Calls the view by what it shows, as soon as that is known. */
  name(text) {
    this.named = text;
    this.#frame();
    if (shown === this) document.title = `${this.title()} · SCM API explorer`;
  }

  /** The address of another view of this repository, at the same ref unless another is given. */
  to(view, params = {}) {
    return viewAddress(view, this.at.repository, { ref: this.params.ref, ...params });
  }

  /** Keeps in the address how the view is shown now. */
  readdress(params) {
    Object.assign(this.at.params, params);
    this.address = viewAddress(this.at.view, this.at.repository, this.at.params);
    history.replaceState(null, "", this.address);
  }

  // ---- calls ---------------------------------------------------------------------------------------------------

  /** Makes a call of this view. Leaving the view stops it. */
  async ask(name, json) {
    const controller = new AbortController();
    this.running.add(controller);
    try {
      return await ask(name, json, controller.signal, (record) => this.#note(record));
    } finally {
      this.running.delete(controller);
    }
  }

  /** Makes a call of a stream of this view. ``onMessage`` is given each message, and ends the call by returning false. */
  async stream(name, json, onMessage) {
    const controller = new AbortController();
    let ended = false;
    this.running.add(controller);
    try {
      await ask(name, json, controller.signal, (record) => this.#note(record), (message) => {
        if (ended || onMessage(message) !== false) return;
        ended = true;
        controller.abort();
      });
    } catch (failure) {
      if (!ended) throw failure;
    } finally {
      this.running.delete(controller);
    }
  }

  #note(record) {
    this.records.push(record);
    const names = [...new Set(this.records.map(({ rpc }) => rpc))].join(", ");
    const took = this.records.reduce((sum, { took }) => sum + took, 0);
    const count = this.records.length;
    const open = this.calls.open;
    this.calls.hidden = false;
    this.calls.replaceChildren(
      h("summary", {}, `Made by ${count} ${count === 1 ? "call" : "calls"}: ${names} · ${took} ms`),
      callsTable(this.records, "Calls that made this view"),
      h("p", {}, h("button", { type: "button", class: "quiet", onclick: () => this.reload() }, "Make them again")),
    );
    this.calls.open = open;
  }

  async load() {
    const run = (this.run = {});
    Object.assign(this, { begun: Date.now(), whole: false, failed: false, records: [], credential: secret() });
    this.calls.hidden = true;
    this.body.removeAttribute("aria-busy");
    if (!getCredential().value) {
      this.body.replaceChildren(h("p", { class: "none" }, "Paste a credential at the top of the page and press Enter. This view makes reads with it."));
      return;
    }
    const content = h("div", {});
    const wait = h("p", { class: "wait" }, "Reading …");
    this.body.replaceChildren(wait, content);
    this.body.setAttribute("aria-busy", "true");
    const first = this.at.repository && rpcs.has("GetRepository") ? this.#describe() : null;
    await Promise.all([first, this.guard(async () => {
      await VIEWS[this.at.view](this, content);
      wait.remove();
    }, this.body)]);
    if (this.run !== run) return;
    this.whole = true;
    this.body.removeAttribute("aria-busy");
    if (!this.failed) say("Loaded.");
  }

  reload() {
    this.#stop();
    known.delete(this.at.repository);
    return this.load();
  }

  /** Does work that calls; where a call fails, says so in ``place``, with a button that tries again. */
  async guard(work, place) {
    try {
      await work();
    } catch (failure) {
      if (!failure.status) throw failure;
      if (failure.status === "CANCELLED") return;
      this.failed = true;
      const again = () => {
        if (place === this.body) return this.reload();
        said.remove();
        this.failed = false;
        return this.guard(work, place);
      };
      const said = refused(failure, again);
      if (place === this.body) place.replaceChildren(said);
      else place.append(said);
      say(`${failure.status}. ${failure.message}`);
    }
  }

  #stop() {
    for (const controller of this.running) controller.abort();
    if (!this.whole) this.run = null;
  }

  leave() {
    this.scrolled = scrollY;
    this.#stop();
    kept.delete(this.address);
    if (this.whole && !this.failed) kept.set(this.address, this);
    if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value);
  }

  // ---- the frame -----------------------------------------------------------------------------------------------

  /** The repository's name and default branch: asked once for all views. */
  async #describe() {
    const id = this.at.repository;
    try {
      if (known.has(id)) this.#note(known.get(id).record);
      else known.set(id, { repository: await this.ask("GetRepository", { repository_id: id }), record: this.records.find(({ rpc }) => rpc === "GetRepository") });
      this.repository = known.get(id).repository;
    } catch (failure) {
      if (!failure.status) throw failure;
      return; // The views do without a name, and say what they cannot do themselves.
    }
    this.#frame();
    if (shown === this) document.title = `${this.title()} · SCM API explorer`;
  }

  #frame() {
    const { view, repository } = this.at;
    const { path = "", q = "", ref = "", number = "" } = this.params;
    const name = this.repository?.name ?? (repository && `Repository ${repository}`);
    const isFile = view === "file" || view === "blame" || (view === "history" && this.params.file);
    this.heading.replaceChildren({ repositories: "Repositories", commit: `Commit ${short(this.params.sha)}`, compare: "Compare", pulls: "Pull requests", pull: this.named ?? `Pull request #${number}`, search: q ? `Search: ${q}` : "Search" }[view] ?? (path.split("/").at(-1) || name));
    if (!repository) return;
    const parts = path ? path.split("/") : [];
    const crumbs = parts.map((part, index) => {
      const last = index === parts.length - 1;
      const target = parts.slice(0, index + 1).join("/");
      return [h("span", { "aria-hidden": "true" }, " / "), h("a", { href: this.to(last && isFile ? "file" : "tree", { path: target }), "aria-current": last && (view === "tree" || view === "file") && "page" }, part)];
    });
    if (view === "pull") crumbs.push([h("span", { "aria-hidden": "true" }, " / "), h("a", { href: this.to("pulls", { ref: "" }) }, "Pull requests")]);
    this.crumbs.replaceChildren(h("a", { href: "#/repositories" }, "Repositories"), h("span", { "aria-hidden": "true" }, " / "), h("a", { href: this.to("tree") }, name), ...crumbs.flat());
    const tabs = view === "pull"
      ? TABS.map(([label, tab]) => [label, "pull", { ref: "", number, tab }, tab === (this.params.tab ?? "")])
      : isFile ? [["Code", "file", { path }], ["Blame", "blame", { path }], ["History", "history", { path, file: "1" }]]
      : [["Files", "tree", { path }], ["History", "history", { path }], ["Compare", "compare", view === "compare" ? this.params : { ref: "", head: ref }], ["Pull requests", "pulls", { ref: "" }], ["Search", "search", { path, q }]];
    this.tabs.replaceChildren(...tabs.map(([label, target, params, isHere = target === view]) => h("a", { href: this.to(target, params), "aria-current": isHere && "page" }, label)));
    if (/^https?:/i.test(this.repository?.url ?? "")) this.tabs.append(link(this.repository.url, "Web page"));
    if (!WITHOUT_TOOLS.includes(view)) this.#tools(ref, q);
  }

  #tools(ref, q) {
    if (this.tools.childNodes.length) {
      this.tools.querySelector("[name=ref]").placeholder = this.repository?.default_branch || "default branch";
      return;
    }
    const { view, params } = this.at;
    const directory = view === "tree" || view === "search" || (view === "history" && !params.file) ? params.path : undefined;
    this.tools.append(
      field(refField(this, { label: "Ref", name: "ref", value: ref, placeholder: "default branch" }), "Go", (value) => viewAddress(view, this.at.repository, { ...params, ref: value })),
      field(textField("Search the code", "q", q, directory ? `in ${directory}` : "in all files"), "Search", (value) => this.to("search", { path: directory, q: value })),
    );
  }
}

const textField = (label, name, value, placeholder) =>
  h("input", { name, type: "text", value, placeholder, "aria-label": label, autocomplete: "off", spellcheck: "false", autocapitalize: "off" });

/** A form of one field that leads to an address. */
function field(element, action, address) {
  const input = element.matches("input") ? element : element.querySelector("input");
  const go = (event) => {
    event.preventDefault();
    location.hash = address(input.value.trim());
  };
  return h("form", { class: "one", role: "search", "aria-label": input.getAttribute("aria-label"), onsubmit: go }, element, h("button", { class: "quiet" }, action));
}
