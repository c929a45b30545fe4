// The page: the list of RPCs, finding one, the credential, and which RPC the address names.
import { h, inline, prose } from "./dom.js";
import { off, rpcs, rules, services } from "./contract.js";
import { setCredential } from "./call.js";
import { show } from "./rpc.js";

const $ = (id) => document.getElementById(id);
const main = $("main");
const links = new Map();

// ---- the list --------------------------------------------------------------------------------------------------

function list() {
  const groups = Map.groupBy ? Map.groupBy(rpcs.values(), (rpc) => rpc.group) : grouped();
  for (const [group, members] of groups) {
    const id = `group-${group.replaceAll(" ", "-")}`;
    const items = members.map((rpc) => {
      const tags = [rpc.access === "write" && h("span", { class: "tag write" }, "write"), rpc.streams && h("span", { class: "tag" }, "stream")];
      const anchor = h("a", { href: `#${rpc.name}` }, rpc.name, " ", tags);
      links.set(rpc.name, anchor);
      return h("li", {}, anchor);
    });
    $("list").append(h("section", { "aria-labelledby": id }, h("h2", { id }, group), h("ul", {}, items)));
  }
  if (!rpcs.size) $("list").append(h("p", { class: "none" }, "No RPC is on. The setting RPCS turns them on."));
}

function grouped() {
  const groups = new Map();
  for (const rpc of rpcs.values()) groups.set(rpc.group, [...(groups.get(rpc.group) ?? []), rpc]);
  return groups;
}

function find() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const [name, anchor] of links) {
    const rpc = rpcs.get(name);
    const text = `${name} ${rpc.operation.replaceAll("_", " ")} ${rpc.group} ${rpc.comment}`.toLowerCase();
    const fits = words.every((word) => text.includes(word));
    anchor.parentElement.hidden = !fits;
    count += fits;
  }
  for (const section of $("list").children) section.hidden = !section.querySelector("li:not([hidden])");
  $("found").textContent = words.length ? `${count} RPCs found` : "";
}

$("search").addEventListener("input", find);
$("search").addEventListener("keydown", (event) => {
  const first = [...links.values()].find((anchor) => !anchor.parentElement.hidden);
  if (event.key === "Enter" && first) first.click();
  if (event.key === "Escape") ($("search").value = ""), find();
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  location.hash = innerWidth < 800 ? "" : location.hash;
  $("search").focus();
});

// ---- the credential ----------------------------------------------------------------------------------------------

function keep() {
  const [kind, value, keyId, organization] = ["kind", "value", "key", "organization"].map((part) => $(`credential-${part}`).value.trim());
  const signs = ($("credential-key").hidden = $("credential-organization").hidden = kind !== "x-signature") === false;
  $("credential-value").placeholder = signs ? "the secret" : "paste it here";
  $("credential-note").textContent = `Kept in this page’s memory only; gone when you reload.${signs ? " The secret is not sent." : ""}`;
  setCredential({ header: kind, value, keyId, organization });
  document.dispatchEvent(new Event("credential"));
}
$("credential").addEventListener("input", keep);
$("credential").addEventListener("submit", (event) => event.preventDefault());
// Browsers fill forms again after going back; this one begins empty.
for (const part of ["value", "key", "organization"]) $(`credential-${part}`).value = "";
$("credential-kind").value = "x-api-key";
addEventListener("pagehide", () => ($("credential-value").value = ""));
keep();

// ---- which RPC ---------------------------------------------------------------------------------------------------

/** "#GetCommit?repository_id=1": the RPC, and fields to fill in. Nothing is called because of an address. */
function route() {
  const [name, query = ""] = location.hash.slice(1).split("?");
  const rpc = rpcs.get(name);
  document.body.classList.toggle("has-rpc", Boolean(rpc));
  for (const [other, anchor] of links) {
    if (other === name) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  document.title = rpc ? `${rpc.name} · SCM API explorer` : "SCM API explorer";
  if (rpc) show(main, rpc, Object.fromEntries(new URLSearchParams(query)));
  else welcome(name);
  links.get(name)?.scrollIntoView({ block: "nearest" });
  scrollTo(0, 0);
}

function welcome(name) {
  main.replaceChildren(
    name ? h("p", { class: "failure" }, `There is no RPC ${name} here, or it is off.`) : "",
    h("h2", { tabindex: "-1" }, "Try the API"),
    ...services.map((service) => h("p", {}, inline(service.comment))),
    h("ol", {},
      h("li", {}, "Paste an API key, or another credential, at the top. It stays in this page’s memory."),
      h("li", {}, "Choose an RPC; ", rpcs.has("ListRepositories") ? h("a", { href: "#ListRepositories" }, "ListRepositories") : "the first of the list", " is a good beginning."),
      h("li", {}, "Fill in the form and call it. Answers lead on to commits, files and blame.")),
    h("p", { class: "help" }, `${rpcs.size} RPCs are on${off ? `, ${off} are off` : ""}. Press / to find one.`),
    h("details", {}, h("summary", {}, "Rules that hold for every RPC"), h("div", { class: "prose" }, prose(rules))),
  );
}

let first = true;
addEventListener("hashchange", route);
addEventListener("hashchange", () => {
  if (!first) main.querySelector("h2")?.focus({ preventScroll: true });
});
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

list();
route();
first = false;
document.documentElement.dataset.ready = "yes";
