// What the API is: the contract's JSON for reading, its descriptors for calling, and which RPCs this site has on.
import { createFileRegistry, FileDescriptorSetSchema, fromBinary } from "./library.js";

// With the cookies and passwords that a proxy in front may want for the page's files; calls go without.
const fetched = async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
};

const [text, site, descriptors] = await Promise.all([
  fetched(new URL("contract.json", import.meta.url)).then((answer) => answer.json()),
  fetched(new URL("../site.json", import.meta.url)).then((answer) => answer.json()),
  fetched(new URL("contract.binpb", import.meta.url)).then((answer) => answer.arrayBuffer()),
]);

export const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, new Uint8Array(descriptors)));
export const { messages, enums, rules } = text;
export const services = text.services;
/** Where RPCs are called: the address of this page, without its last slash. */
export const base = new URL(".", document.baseURI).href.replace(/\/$/, "");

/** All RPCs by name, in the contract's order, on or off. */
export const contract = new Map(text.rpcs.map((rpc) => [rpc.name, rpc]));
/** The RPCs that are on. */
export const rpcs = new Map([...contract].filter(([name]) => site.rpcs.includes(name)));
export const off = text.rpcs.length - rpcs.size;

export const method = (rpc) => registry.getService(rpc.service).methods.find((found) => found.name === rpc.name);
export const message = (name) => registry.getMessage(name);
export const isWellKnown = (name) => name.startsWith("google.protobuf.");

/** A field's type for people, such as "repeated string" or "map<string, string>". */
export function typeOf(field) {
  if (field.type === "map") return `map<${field.map.join(", ")}>`;
  const short = field.type_name ? field.type_name.replace(/^.*\./, "") : field.type;
  return field.repeated ? `repeated ${short}` : short;
}
