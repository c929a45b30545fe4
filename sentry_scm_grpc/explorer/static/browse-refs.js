// A field for a ref: branches and tags are offered below it, those that begin with what is typed. Any other text may stand in it.
import { h } from "./dom.js";
import { getCredential } from "./call.js";
import { short } from "./browse-parts.js";

const OFFERED = 20;
// Milliseconds of rest before the provider is asked about what was typed.
const REST = 250;
const LISTS = [["Branches", "ListBranches", "branches"], ["Tags", "ListTags", "tags"]];
let ids = 0;

/** The field, in an element that holds what is offered too. A choice submits the form once no field of it is empty. */
export function refField(view, { label, name, value = "", placeholder = "" }) {
  const id = `refs-${(ids += 1)}`;
  const list = h("div", { id, role: "listbox", "aria-label": `${label}: branches and tags`, hidden: true });
  const said = h("p", { class: "help", role: "status" });
  const popup = h("div", { class: "popup", hidden: true }, list, said);
  const input = h("input", {
    name, type: "text", value, placeholder, "aria-label": label, autocomplete: "off", spellcheck: "false", autocapitalize: "off",
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
    onfocus: () => show(""), oninput: () => wait(), onblur: () => close(), onkeydown: (event) => press(event),
  });
  const found = new Map();
  let timer;
  let active = -1;
  const options = () => [...list.querySelectorAll("[role=option]")];

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(() => show(input.value.trim()), REST);
  }

  async function show(prefix) {
    if (!getCredential()?.value) return;
    if (!found.has(prefix)) found.set(prefix, Promise.all(LISTS.map((one) => read(view, one, prefix))));
    const groups = await found.get(prefix);
    if (groups.some(({ failed }) => failed)) found.delete(prefix);
    if (document.activeElement !== input || (prefix && prefix !== input.value.trim())) return;
    draw(groups);
  }

  function draw(groups) {
    list.replaceChildren(...groups.filter(({ refs }) => refs.length).map(({ title, refs }) => h("div", { role: "group", "aria-label": title }, h("div", { class: "title", role: "presentation" }, title), refs.map(option))));
    list.hidden = !list.childNodes.length;
    const failures = groups.map(({ failed }) => failed).filter(Boolean);
    const isCut = groups.some(({ more }) => more);
    said.textContent = failures[0] ?? (isCut ? "There are more. Type how the name begins." : list.hidden ? "No branch and no tag begins so." : "");
    popup.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
  }

  function option(ref, index) {
    const choose = (event) => {
      event.preventDefault();
      take(ref.name);
    };
    return h("div", { role: "option", id: `${id}-${ref.kind}-${index}`, "aria-selected": "false", "data-name": ref.name, onmousedown: choose },
      h("span", {}, ref.name), " ", ref.is_default && h("span", { class: "tag" }, "default"), ref.is_protected && h("span", { class: "tag" }, "protected"), " ",
      h("code", { class: "help" }, short(ref.commit_sha)));
  }

  function take(text) {
    input.value = text;
    close();
    if ([...input.form.elements].every((other) => !other.matches("[role=combobox]") || other.value)) input.form.requestSubmit();
  }

  function close() {
    clearTimeout(timer);
    popup.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function mark(index) {
    const all = options();
    active = index;
    all.forEach((one, at) => one.setAttribute("aria-selected", String(at === index)));
    if (all[index]) input.setAttribute("aria-activedescendant", all[index].id);
    else input.removeAttribute("aria-activedescendant");
    all[index]?.scrollIntoView({ block: "nearest" });
  }

  function press(event) {
    const count = options().length;
    if (event.key === "Escape" && !popup.hidden) close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (popup.hidden) show("");
      else if (count) mark(event.key === "ArrowDown" ? (active + 1) % count : (active <= 0 ? count : active) - 1);
    } else if (event.key === "Enter" && !popup.hidden && active >= 0) take(options()[active].dataset.name);
    else return;
    event.preventDefault();
  }

  return h("div", { class: "picker" }, input, popup);
}

/** Refs of one kind whose names begin with ``prefix``. Where the server refuses, its sentence. */
async function read(view, [title, rpc, items], prefix) {
  try {
    const got = await view.ask(rpc, { repository_id: view.at.repository, ...(prefix && { prefix }), page_size: OFFERED });
    return { title, refs: (got[items] ?? []).map((ref) => ({ ...ref, kind: items })), more: Boolean(got.next_page_token) };
  } catch (failure) {
    if (!failure.status) throw failure;
    return { title, refs: [], more: false, failed: failure.status === "CANCELLED" ? "" : failure.message };
  }
}
