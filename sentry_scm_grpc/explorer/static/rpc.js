// One RPC on the page: what it is, its form, its calls, their answers.
import { copyButton, h, inline, prose, say } from "./dom.js";
import { messages, rpcs } from "./contract.js";
import { rpcAddress } from "./address.js";
import { Failure, getCredential } from "./call.js";
import { recorded } from "./calls.js";
import { codeFor, VARIABLES } from "./code.js";
import { example } from "./example.js";
import { explain } from "./failures.js";
import { formFor } from "./form.js";
import { isFavourite, setFavourite } from "./nav.js";
import { fieldRows } from "./types.js";
import { table, view } from "./views.js";

// What was last used to name rows, so that it need not be typed again.
const remembered = {};
// A call that an answer offered, to be made when its RPC is shown.
let wanted = null;
let running = null;
let shown = null;
let before;
document.addEventListener("credential", () => {
  // Another credential may be of another organization.
  if (before !== getCredential().value) for (const name of Object.keys(remembered)) delete remembered[name];
  before = getCredential().value;
  shown?.showCode();
});
// A stream goes on for ever; the page does not.
const MAX_ROWS = 1000;
// Pages with answers, by address: who goes back finds what was there.
const left = new Map();
const MAX_LEFT = 30;
// A call that is quicker needs no button to stop it.
const STOPPABLE_AFTER = 400;

/** Shows another RPC with fields filled in, and calls it where that changes nothing. */
function go(name, fields) {
  const set = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""));
  wanted = { name, fields: set };
  const address = rpcAddress(name, set);
  if (location.hash === address) dispatchEvent(new Event("hashchange"));
  else location.hash = address;
}

export function show(main, rpc, given) {
  running?.abort();
  const back = wanted ? undefined : left.get(location.hash);
  const page = (shown = back?.rpc === rpc ? back : new Page(rpc));
  if (page !== back) page.form.write({ ...known(rpc), ...given });
  main.replaceChildren(...page.elements);
  page.showCode();
  if (wanted?.name === rpc.name) {
    page.form.write(wanted.fields);
    if (rpc.access === "read") page.run();
  }
  wanted = null;
}

function known(rpc) {
  const names = rpc.resources.map(({ field }) => field).filter((name) => remembered[name]);
  return Object.fromEntries(names.map((name) => [name, remembered[name]]));
}

class Page {
  constructor(rpc) {
    this.rpc = rpc;
    this.form = formFor(rpc.request);
    this.submit = h("button", { type: "submit", class: "call" }, rpc.access === "write" ? "Call it — it changes data" : "Call");
    this.stop = h("button", { type: "button", class: "quiet", hidden: true, onclick: () => running?.abort() }, "Stop");
    this.link = copyButton(() => location.href.replace(/#.*/, "") + rpcAddress(rpc.name, this.read()), "link to this call", "Copy link");
    const nothing = !messages[rpc.request].fields.length && h("p", {}, "It takes no fields.");
    this.element = h("form", { class: "request", "aria-label": `${rpc.name} request`, autocomplete: "off" }, nothing, this.form.element, h("p", { class: "buttons" }, this.submit, this.stop, this.link, favourite(rpc.name)));
    this.answer = h("section", { class: "answer", "aria-label": "Answer", hidden: true });
    this.example = example(rpc);
    this.code = h("section", { class: "code-samples", "aria-label": "The same call in code" });
    this.elements = this.#elements();
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
    this.element.addEventListener("input", () => this.showCode());
    this.element.addEventListener("change", () => this.#address());
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
    });
    this.element.addEventListener("click", () => setTimeout(() => this.showCode()));
  }

  #elements() {
    const { rpc } = this;
    return [
      h("p", { class: "back" }, h("a", { href: "#" }, "‹ All RPCs")),
      h("h2", { tabindex: "-1" }, rpc.name),
      h("div", { class: "prose" }, prose(rpc.comment)),
      h("p", { class: "tags" },
        h("span", { class: `tag ${rpc.access}` }, rpc.access), rpc.streams && h("span", { class: "tag" }, "stream"), rpc.pages && h("span", { class: "tag" }, "pages"),
        rpc.takes_request_id && h("span", { class: "tag" }, "safe to repeat with request_id"),
        h("span", { class: "scopes" }, rpc.scopes.length ? "any scope of " : "any credential", rpc.scopes.map((scope, index) => [index > 0 && ", ", h("code", {}, scope)]))),
      this.element,
      this.answer,
      this.example,
      this.code,
      answerFields(rpc),
    ];
  }

  read() {
    return this.form.read();
  }

  /** Keeps the request in the address, so that a reload or a bookmark fills it in again. */
  #address() {
    if (shown !== this) return;
    try {
      history.replaceState(null, "", rpcAddress(this.rpc.name, this.read()));
    } catch {
      // Half-typed JSON; the address stays as it was.
    }
  }

  async run(extra = {}) {
    running?.abort();
    const controller = (running = new AbortController());
    const { rpc } = this;
    this.form.clear();
    let json;
    try {
      json = { ...this.read(), ...extra };
    } catch (error) {
      return this.#failed(new Failure(error));
    }
    this.#address();
    this.answer.hidden = false;
    this.example.hidden = true;
    this.answer.replaceChildren(h("p", { class: "wait" }, "Calling …"));
    this.answer.setAttribute("aria-busy", "true");
    this.submit.disabled = true;
    const slow = setTimeout(() => (this.stop.hidden = false), rpc.streams ? 0 : STOPPABLE_AFTER);
    const stream = rpc.streams && this.#stream(json);
    let got;
    try {
      const took = await recorded(rpc, json, controller.signal, stream ? stream.add : (message) => (got = message));
      for (const { field } of rpc.resources) if (typeof json[field] !== "object" && json[field]) remembered[field] = json[field];
      // Every row says which organization it is of.
      remembered.organization_id = (rpc.items ? got?.[rpc.items]?.[0] : got)?.organization_id ?? remembered.organization_id;
      if (stream) stream.end(`${messagesOf(stream.count())} in ${took} ms.`);
      else this.#answered(json, got, took);
    } catch (failure) {
      if (controller.signal.aborted && running !== controller) return;
      if (controller.signal.aborted) stream ? stream.end(`Stopped after ${messagesOf(stream.count())}.`) : this.#note("Stopped.");
      else {
        if (stream && stream.count()) stream.end(`Broken off after ${messagesOf(stream.count())}.`);
        this.#failed(failure, stream && stream.count());
      }
    } finally {
      clearTimeout(slow);
      if (running === controller) {
        this.submit.disabled = false;
        this.stop.hidden = true;
        this.answer.removeAttribute("aria-busy");
      }
    }
  }

  #answered(json, got, took) {
    const { rpc } = this;
    const count = rpc.items ? (got[rpc.items] ?? []).length : undefined;
    const said = count === undefined ? `Answered in ${took} ms.` : `${count} ${count === 1 ? "item" : "items"} in ${took} ms.`;
    const next = got.next_page_token && h("button", { type: "button", onclick: () => this.#turn(got.next_page_token) }, "Next page");
    const back = json.page_token && h("button", { type: "button", class: "quiet", onclick: () => this.#turn("") }, "First page");
    this.#put(said, view(rpc.response, got, json, go), (next || back) && h("p", { class: "buttons" }, next, back), raw(() => got));
  }

  #turn(token) {
    this.form.write({ page_token: token });
    this.showCode();
    this.run();
  }

  #stream(json) {
    const { rpc } = this;
    const rows = table(rpc.response, json, go);
    const kept = [];
    let count = 0;
    const status = h("p", { class: "outcome" }, "Waiting for the first message …");
    this.answer.replaceChildren(heading(), status, rows.element);
    return {
      count: () => count,
      add(message) {
        count += 1;
        if (count <= MAX_ROWS) {
          rows.add(message);
          kept.push(message);
        }
        if (count % 25 === 1) status.textContent = `${messagesOf(count)} …`;
      },
      end: (text) => {
        this.#leave();
        const more = count > MAX_ROWS ? ` The first ${MAX_ROWS} are shown.` : "";
        status.textContent = text + more;
        say(text + more);
        this.answer.append(raw(() => kept));
      },
    };
  }

  #failed(failure, streamed) {
    const others = this.form.showViolations(failure.violations);
    const content = explain(failure, others);
    if (streamed) this.answer.append(content);
    else this.answer.replaceChildren(heading(), content);
    this.answer.hidden = false;
    if (!failure.violations.length) this.#reveal();
    say(`Failed: ${failure.status}. ${failure.message}`);
    this.element.querySelector("[aria-invalid]")?.focus();
  }

  /** Brings an answer that begins below the window's end into sight. */
  #reveal() {
    if (this.answer.getBoundingClientRect().top > innerHeight - 120) this.answer.scrollIntoView();
  }

  #leave() {
    if (shown !== this) return;
    left.delete(location.hash);
    left.set(location.hash, this);
    if (left.size > MAX_LEFT) left.delete(left.keys().next().value);
  }

  #note(text) {
    this.#put(text);
  }

  #put(said, ...content) {
    this.#leave();
    this.answer.replaceChildren(heading(), h("p", { class: "outcome" }, said), ...content.flat(9).filter(Boolean));
    this.#reveal();
    say(said);
  }

  showCode() {
    if (!this.code.isConnected) return;
    const open = this.code.querySelector("details")?.open;
    const chosen = this.code.querySelector("[aria-selected=true]")?.textContent ?? "curl";
    let samples;
    try {
      samples = codeFor(this.rpc, this.read(), getCredential());
    } catch {
      return; // Half-typed; what stood there is still the best there is.
    }
    this.code.replaceChildren(h("details", { open: open ?? false }, h("summary", {}, "The same call in curl, Python and TypeScript"), tabs(samples, chosen)));
  }
}

const messagesOf = (count) => `${count} ${count === 1 ? "message" : "messages"}`;
const heading = () => h("h3", { class: "unseen" }, "Answer");

function raw(json) {
  const text = () => JSON.stringify(json(), null, 2);
  const pre = h("pre", { class: "json", tabindex: "0" });
  const details = h("details", { class: "raw" }, h("summary", {}, "JSON"), h("div", { class: "copy" }, copyButton(text, "the JSON")), pre);
  details.addEventListener("toggle", () => (pre.textContent = details.open ? text() : ""));
  return details;
}

/** Tabs by the ARIA practices: arrows move between them. */
function tabs(samples, chosen) {
  const panel = h("div", { role: "tabpanel", id: "sample", tabindex: "0" });
  const buttons = samples.map(([language], index) => h("button", { type: "button", role: "tab", "aria-controls": "sample", id: `tab-${index}`, onclick: () => choose(index) }, language));
  function choose(index) {
    const [language, code, note] = samples[index];
    buttons.forEach((button, other) => {
      button.setAttribute("aria-selected", String(other === index));
      button.tabIndex = other === index ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `tab-${index}`);
    panel.replaceChildren(h("div", { class: "copy" }, copyButton(() => code, `the ${language} code`)), h("pre", { class: "sample" }, code), note ? h("p", { class: "help" }, note) : "");
  }
  const list = h("div", { role: "tablist", "aria-label": "Language" }, buttons);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const index = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
    choose(index);
    buttons[index].focus();
  });
  choose(Math.max(0, samples.findIndex(([language]) => language === chosen)));
  return h("div", {}, h("p", { class: "help" }, "The credential is read from the environment: ", h("code", {}, VARIABLES[getCredential().header]), "."), list, panel);
}

function favourite(name) {
  const button = h("button", { type: "button", class: "quiet star", onclick: () => press(!isFavourite(name)) });
  const label = () => {
    button.setAttribute("aria-pressed", String(isFavourite(name)));
    button.replaceChildren(isFavourite(name) ? "★ Favourite" : "☆ Favourite");
  };
  const press = (wanted) => (setFavourite(name, wanted), label());
  label();
  return button;
}

function answerFields(rpc) {
  const described = messages[rpc.response];
  if (!described) return h("p", { class: "help" }, "It answers nothing.");
  const item = rpc.items && messages[described.fields.find((field) => field.name === rpc.items).type_name];
  return h("details", {}, h("summary", {}, `What ${rpc.streams ? "each message" : "the answer"} holds: ${described.name}`), h("p", {}, inline(described.comment)), fieldRows(described), item && [h("h3", {}, item.name), h("p", {}, inline(item.comment)), fieldRows(item)]);
}
