// Addresses, all behind the "#": of an RPC with its request, and of a view of Browse. A credential is never in one.
import { isWellKnown, messages } from "./contract.js";

// Longer ones break in mails and chats; lists and messages are left out of them.
const MAX_ADDRESS = 6000;
const NEVER = new Set(["page_token", "request_id"]);

const isEmpty = (value) => value === undefined || value === null || value === "" || value === false;
/** A query; slashes stay as they are, so that paths can be read. */
const query = (entries) => (entries.length ? `?${new URLSearchParams(entries)}`.replaceAll("%2F", "/") : "");

/** The address of an RPC's form with a request filled in: `#GetCommit?repository_id=1`. */
export function rpcAddress(name, json = {}) {
  const entries = Object.entries(json).filter(([field, value]) => !isEmpty(value) && !NEVER.has(field));
  const simple = entries.filter(([, value]) => typeof value !== "object");
  const whole = `#${name}${query(entries.map(([field, value]) => [field, typeof value === "object" ? JSON.stringify(value) : value]))}`;
  return whole.length <= MAX_ADDRESS ? whole : `#${name}${query(simple)}`;
}

/** The request in an address of an RPC. Lists, maps and messages are JSON in it. */
export function requestIn(rpc, text) {
  const json = Object.fromEntries(new URLSearchParams(text));
  for (const field of messages[rpc.request].fields) {
    const nested = field.repeated || field.type === "map" || (field.type === "message" && !isWellKnown(field.type_name));
    if (!nested || json[field.name] === undefined) continue;
    try {
      json[field.name] = JSON.parse(json[field.name]);
    } catch {
      if (field.type === "message" || field.type === "map") delete json[field.name];
    }
  }
  return json;
}

/** The address of a view: `#/repositories/1/file?path=src/a.py`. */
export function viewAddress(view, repository = "", params = {}) {
  const place = ["#/repositories", repository && encodeURIComponent(repository), repository && view !== "tree" && view].filter(Boolean).join("/");
  const entries = Object.entries(params).filter(([, value]) => !isEmpty(value));
  return `${repository && view === "tree" && entries.length ? `${place}/tree` : place}${query(entries)}`;
}

/** What an address names: {page: "rpc", name, text}, {page: "browse", view, repository, params}, or {page: NAME, text}. */
export function parse(hash) {
  const [, place, text] = /^#?([^?]*)\??([^]*)$/.exec(hash);
  if (!place.startsWith("/")) return { page: place ? "rpc" : "start", name: place, text };
  const [first, repository = "", view = repository ? "tree" : "repositories", ...more] = place.slice(1).split("/").map(decoded);
  if (first !== "repositories") return { page: first, name: repository, text };
  return { page: "browse", view: more.length ? "" : view, repository, params: Object.fromEntries(new URLSearchParams(text)) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
