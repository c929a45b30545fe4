// An answer of each RPC as the embedded host gave it, for those who have not called it yet.
import { fromJson, toJson } from "./library.js";
import { message, messages, registry } from "./contract.js";
import { copyButton, h } from "./dom.js";

let answers;
// Fetched with the first RPC that is shown. Without the file, no example is shown.
const all = () => (answers ??= fetch(new URL("answers.json", import.meta.url)).then((answer) => (answer.ok ? answer.json() : {})).catch(() => ({})));

/** The example of an RPC. It has no content until the answer has arrived, and stays empty where none was recorded. */
export function example(rpc) {
  const element = h("section", { class: "example", "aria-label": "Example answer" });
  all().then((found) => {
    if (!found[rpc.name] || !messages[rpc.response]) return;
    const text = JSON.stringify(withFieldNames(rpc.response, found[rpc.name]), null, 2);
    const what = rpc.streams ? "a message of its stream" : "its answer";
    element.append(h("details", { open: true }, h("summary", {}, "Example answer"), h("p", { class: "help" }, `This is ${what}, recorded from the embedded host. Lists are cut to one item.`), h("div", { class: "copy" }, copyButton(() => text, "the example")), h("pre", { class: "json", tabindex: "0" }, text)));
  });
  return element;
}

/** The recorded JSON has the names of protobuf's JSON form; the page shows those of the contract. */
function withFieldNames(name, json) {
  const schema = message(name);
  return toJson(schema, fromJson(schema, json, { registry, ignoreUnknownFields: true }), { registry, useProtoFieldName: true });
}
