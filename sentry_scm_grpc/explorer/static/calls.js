// The calls that this tab made: what was asked, how it ended, how long it took. In memory; no answers, no credentials.
import { h } from "./dom.js";
import { call } from "./call.js";
import { contract } from "./contract.js";
import { rpcAddress } from "./address.js";

const MAX_CALLS = 200;
// Shown of a request; all of it is in the RPC's form.
const MAX_SHOWN = 160;
const made = [];

/** Makes a call as ``call`` does, and remembers it; ``note`` is told of it when it has ended. Returns the milliseconds it took. */
export async function recorded(rpc, json, signal, onMessage, note = () => {}) {
  const record = { rpc: rpc.name, request: json, at: new Date(), status: "OK" };
  const started = performance.now();
  try {
    return await call(rpc, json, signal, onMessage);
  } catch (failure) {
    record.status = failure.status;
    throw failure;
  } finally {
    record.took = Math.round(performance.now() - started);
    made.unshift(record);
    made.splice(MAX_CALLS);
    note(record);
    document.dispatchEvent(new Event("called"));
  }
}

/** Calls by name, as JSON; gives the answer, or of a stream the last. The RPC may be off: the server says so. */
export async function ask(name, json, signal, note, onMessage = () => {}) {
  let got;
  await recorded(contract.get(name), json, signal, (message) => onMessage((got = message)), note);
  return got;
}

function shown(request) {
  const text = JSON.stringify(request);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)} …` : text;
}

const time = (date) => date.toLocaleTimeString(undefined, { timeStyle: "medium" });

/** A table of calls; each opens in its RPC's form. */
export function callsTable(records, label) {
  const rows = records.map(({ rpc, request, at, status, took }) =>
    h("tr", {},
      h("td", { "data-label": "RPC" }, h("a", { href: rpcAddress(rpc, request) }, rpc)),
      h("td", { class: "request-text", "data-label": "request" }, h("code", {}, shown(request))),
      h("td", { "data-label": "status", class: status === "OK" ? "" : "bad-status" }, status),
      h("td", { class: "number-cell", "data-label": "time" }, `${took} ms`),
      h("td", { class: "number-cell", "data-label": "at" }, h("time", { datetime: at.toISOString() }, time(at))),
    ));
  const head = ["RPC", "request", "status", "time", "at"].map((name) => h("th", { scope: "col", class: name === "time" || name === "at" ? "number-cell" : "" }, name));
  return h("div", { class: "scroll", role: "region", "aria-label": label, tabindex: "0" }, h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)));
}

/** The page of all calls of this tab; it grows while it is shown. */
export function showCalls(main) {
  const place = h("div", {});
  const fill = () => {
    if (place.isConnected || !place.childNodes.length) place.replaceChildren(made.length ? callsTable(made, "Calls") : h("p", { class: "none" }, "No calls yet."));
    else document.removeEventListener("called", fill);
  };
  fill();
  document.addEventListener("called", fill);
  main.replaceChildren(
    h("h2", { tabindex: "-1" }, "Calls of this tab"),
    h("p", { class: "help" }, `The last ${MAX_CALLS}, newest first. A reload forgets them. Each opens in the form of its RPC, without a call.`),
    place,
  );
}
