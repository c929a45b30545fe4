// The reference of a message or an enum: its fields, each with a link to its type, and the RPCs that take or return it.
import { h, inline } from "./dom.js";
import { enums, messages, rpcs, typeOf } from "./contract.js";
import { rpcAddress } from "./address.js";

const short = (name) => name.replace(/^.*\./, "");
const find = (all, name) => Object.values(all).find((type) => type.name === name);

/** A type's name, as a link where the contract describes it. */
export function typeLink(field) {
  const name = field.type_name || field.map?.[1] || "";
  const text = typeOf(field);
  return messages[name] || enums[name] ? h("a", { href: `#/types/${short(name)}` }, text) : text;
}

export function fieldRows(message) {
  const rows = message.fields.map((field) => [
    h("dt", {}, h("code", {}, field.name), " ", h("span", { class: "type" }, typeLink(field)), field.rules.required && h("span", { class: "required" }, " required")),
    h("dd", {}, inline(field.comment)),
  ]);
  return h("dl", { class: "described" }, rows);
}

/** Shows a type and returns its name; "" where there is none. */
export function showType(main, name) {
  const message = find(messages, name);
  const type = message ?? find(enums, name);
  if (!type) return "";
  const uses = [...rpcs.values()].filter((rpc) => [rpc.request, rpc.response].some((used) => short(used) === name));
  const holders = Object.values(messages).filter(({ fields }) => fields.some((field) => short(field.type_name) === name));
  const linked = (label, items) => items.length > 0 && h("p", {}, label, items.map((item, index) => [index > 0 && ", ", item]));
  main.replaceChildren(...[
    h("p", { class: "back" }, h("a", { href: "#" }, "‹ All RPCs")),
    h("h2", { tabindex: "-1" }, name, " ", h("span", { class: "type" }, message ? "message" : "enum")),
    h("p", { class: "prose" }, inline(type.comment)),
    message ? fieldRows(message) : h("dl", { class: "described" }, type.values.map((value) => [h("dt", {}, h("code", {}, value.name), h("span", { class: "type" }, ` ${value.number}`)), h("dd", {}, inline(value.comment))])),
    linked("Used by ", uses.map((rpc) => h("a", { href: rpcAddress(rpc.name) }, rpc.name))),
    linked("Part of ", holders.map((holder) => h("a", { href: `#/types/${holder.name}` }, holder.name))),
  ].filter(Boolean));
  return name;
}
