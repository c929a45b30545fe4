// The list of RPCs: by service and group, with a filter, and favourites on top.
import { h } from "./dom.js";
import { off, rpcs, services } from "./contract.js";

const KEPT = "sentry-scm-grpc favourites";
const $ = (id) => document.getElementById(id);
/** Links by RPC; a favourite has two. */
const links = [];

// ---- favourites --------------------------------------------------------------------------------------------------

let names = [];
try {
  names = [JSON.parse(localStorage.getItem(KEPT))].flat().filter((name) => typeof name === "string");
} catch {
  names = [];
}

export const isFavourite = (name) => names.includes(name);

export function setFavourite(name, wanted) {
  names = names.filter((other) => other !== name).concat(wanted ? [name] : []);
  try {
    if (names.length) localStorage.setItem(KEPT, JSON.stringify(names));
    else localStorage.removeItem(KEPT);
  } catch {
    // A page without storage forgets them.
  }
  // What is in sight stays where it is while the list grows above it.
  const { scrollTop, scrollHeight } = $("rpcs");
  list();
  if (scrollTop) $("rpcs").scrollTop = scrollTop + $("rpcs").scrollHeight - scrollHeight;
}

// ---- the list ----------------------------------------------------------------------------------------------------

function item(rpc) {
  const tags = [rpc.access === "write" && h("span", { class: "tag write" }, "write"), rpc.streams && h("span", { class: "tag" }, "stream")];
  const anchor = h("a", { href: `#${rpc.name}` }, rpc.name, " ", tags);
  links.push([rpc, anchor]);
  return h("li", {}, anchor);
}

function section(level, title, members, service = "") {
  const id = `group-${service}-${title.replaceAll(/\W+/g, "-")}`;
  // Two services may have a group of the same name.
  return h("section", { "aria-labelledby": service ? `service-${service} ${id}` : id }, h(level, { id }, title), h("ul", {}, members.map(item)));
}

function by(key, members) {
  const groups = new Map();
  for (const rpc of members) groups.set(rpc[key], [...(groups.get(rpc[key]) ?? []), rpc]);
  return groups;
}

let current = "";

export function list() {
  links.length = 0;
  const favourites = names.map((name) => rpcs.get(name)).filter(Boolean);
  const parts = [...by("service", rpcs.values())].map(([service, members]) => {
    const { name } = services.find(({ full_name }) => full_name === service);
    const groups = [...by("group", members)].map(([group, some]) => section("h3", group, some, name));
    return h("details", { class: "service", open: true }, h("summary", {}, h("h2", { id: `service-${name}` }, name), h("span", { class: "count" }, String(members.length))), groups);
  });
  $("list").replaceChildren(favourites.length ? section("h2", "Favourites", favourites) : "", ...parts);
  if (!rpcs.size) $("list").append(h("p", { class: "none" }, "No RPC is on. The setting RPCS turns them on."));
  if (off) $("list").append(h("p", { class: "help" }, `${off} more are off here.`));
  find();
  highlight(current);
}

/** Marks the RPC that is shown, and scrolls the list to it. */
export function mark(name) {
  highlight(name)?.scrollIntoView({ block: "nearest" });
}

function highlight(name) {
  current = name;
  for (const [rpc, anchor] of links) {
    if (rpc.name === name) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  const here = links.find(([rpc]) => rpc.name === name)?.[1];
  here?.closest("details")?.setAttribute("open", "");
  return here;
}

function find() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const kind = $("kind").value;
  const found = new Set();
  for (const [rpc, anchor] of links) {
    const text = `${rpc.name} ${rpc.operation.replaceAll("_", " ")} ${rpc.group} ${rpc.comment}`.toLowerCase();
    const fits = words.every((word) => text.includes(word)) && (!kind || rpc.access === kind || (kind === "stream" && rpc.streams));
    anchor.parentElement.hidden = !fits;
    if (fits) found.add(rpc.name);
  }
  for (const part of $("list").querySelectorAll("section, details")) {
    part.hidden = !part.querySelector("li:not([hidden])");
    if (part.matches("details") && words.length) part.open = true;
  }
  $("found").textContent = words.length || kind ? `${found.size} RPCs found` : "";
}

/** Makes the list, and its filter listen. ``before`` is done before the keyboard moves to the filter. */
export function startNav(before) {
  $("search").addEventListener("input", find);
  $("kind").addEventListener("change", find);
  $("search").addEventListener("keydown", (event) => {
    const first = links.find(([, anchor]) => !anchor.parentElement.hidden)?.[1];
    if (event.key === "Enter" && first) first.click();
    if (event.key === "Escape") ($("search").value = ""), find();
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    before();
    $("search").focus();
  });
  list();
}
