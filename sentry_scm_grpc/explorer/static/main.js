// The page: its parts, and which of them the address names.
import { h, inline, prose } from "./dom.js";
import { off, rpcs, rules, services } from "./contract.js";
import { parse, requestIn } from "./address.js";
import { browse, leaveBrowse } from "./browse.js";
import { showCalls } from "./calls.js";
import { readCredential } from "./credential.js";
import { mark, startNav } from "./nav.js";
import { show } from "./rpc.js";
import { showType } from "./types.js";

const main = document.getElementById("main");
const TITLE = "SCM API explorer";
const SECTIONS = { browse: "browse", calls: "calls" };

/** Shows what the address names. Of an RPC, its form: no call is made because of an address. Browse makes reads. */
function route() {
  const at = parse(location.hash);
  const rpc = at.page === "rpc" && rpcs.get(at.name);
  document.body.dataset.section = SECTIONS[at.page] ?? "rpcs";
  document.body.classList.toggle("has-rpc", at.page !== "start");
  for (const anchor of document.querySelectorAll("#sections a")) {
    if (anchor.dataset.section === document.body.dataset.section) anchor.setAttribute("aria-current", "true");
    else anchor.removeAttribute("aria-current");
  }
  mark(rpc ? rpc.name : "");
  leaveBrowse();
  scrollTo(0, 0);
  let title = rpc ? rpc.name : "";
  if (at.page === "browse") title = browse(main, at);
  else if (at.page === "calls") showCalls(main);
  else if (rpc) show(main, rpc, requestIn(rpc, at.text));
  else if (at.page === "types" && (title = showType(main, at.name)));
  else welcome(at.page === "rpc" ? `There is no RPC ${at.name} here, or it is off.` : at.page === "start" ? "" : `Nothing is at ${location.hash}.`);
  document.title = title ? `${title} · ${TITLE}` : TITLE;
}

function welcome(missing) {
  main.replaceChildren(
    missing ? h("p", { class: "failure" }, missing) : "",
    h("h2", { tabindex: "-1" }, "Try the API"),
    ...services.map((service) => h("p", { class: "prose" }, inline(service.comment))),
    h("ol", {},
      h("li", {}, "Paste an API key, or another credential, at the top. It stays in this page’s memory."),
      h("li", {}, h("a", { href: "#/repositories" }, "Browse the repositories"), ": files, blame, history and search, made of calls that you can open."),
      h("li", {}, "Or choose an RPC; ", rpcs.has("ListRepositories") ? h("a", { href: "#ListRepositories" }, "ListRepositories") : "the first of the list", " is a good beginning. Fill in the form and call it.")),
    h("p", { class: "help" }, `${rpcs.size} RPCs are on${off ? `, ${off} are off` : ""}. Press / to find one. Ctrl+Enter sends a form.`),
    h("details", {}, h("summary", {}, "Rules that hold for every RPC"), h("div", { class: "prose" }, prose(rules))),
    h("p", { class: "help" }, "For tools: ", h("a", { href: "openapi.json" }, "OpenAPI document"), ", ", h("a", { href: new URL("contract.json", import.meta.url).href }, "contract as JSON"), "."),
  );
}

let first = true;
// Each view restores its own place.
history.scrollRestoration = "manual";
addEventListener("hashchange", () => {
  route();
  if (!first) main.querySelector("h2")?.focus({ preventScroll: true });
});
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

readCredential();
startNav(() => {
  if (document.body.dataset.section !== "rpcs" || innerWidth < 800) {
    history.pushState(null, "", "#");
    route();
  }
});
route();
first = false;
document.documentElement.dataset.ready = "yes";
