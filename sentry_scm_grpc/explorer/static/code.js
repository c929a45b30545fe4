// The same call for a shell, for Python and for TypeScript. The credential comes from the environment: it is never shown.
import { base, enums, messages, method } from "./contract.js";
import { plain, request } from "./call.js";
import { toBinary } from "./library.js";
import { isId, isKeyId } from "./signing.js";

export const VARIABLES = { "x-api-key": "SCM_GRPC_API_KEY", authorization: "SCM_GRPC_TOKEN", "x-signature": "SCM_GRPC_HMAC_SECRET" };

/** [[language, code, note]] for a call, by the credential's kind and ids. Throws where the JSON does not fit the request. */
export function codeFor(rpc, json, { header, ...ids }) {
  const made = request(rpc, json);
  const keyId = isKeyId(ids.keyId) ? ids.keyId : "KEY";
  const organization = isId(ids.organization) ? ids.organization : "1";
  const inPython = {
    "x-api-key": `api_key=os.environ["${VARIABLES[header]}"]`,
    authorization: `token=os.environ["${VARIABLES[header]}"]`,
    "x-signature": `signer=HmacSigner("${keyId}", os.environ["${VARIABLES[header]}"], ${organization})`,
  }[header];
  const inTypescript = {
    "x-api-key": `apiKey: process.env.${VARIABLES[header]}`,
    authorization: `bearerToken: process.env.${VARIABLES[header]}`,
    "x-signature": `hmac: { keyId: "${keyId}", secret: process.env.${VARIABLES[header]}!, organizationId: ${organization} }`,
  }[header];
  return [
    ["curl", curl(rpc, made, { header, keyId, organization }), rpc.streams ? "A stream is framed protobuf, in base64 here; its paged form answers JSON." : ""],
    ["Python", python(rpc, json, inPython), "Install the package in clients/python, or use sentry_scm_grpc.client where the app is installed."],
    ["TypeScript", typescript(rpc, json, inTypescript), "The package in clients/typescript; in Node."],
  ];
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function curl(rpc, made, { header, keyId, organization }) {
  const [type, body] = rpc.streams ? ["application/grpc-web-text", framedText(rpc, made)] : ["application/json", quoted(JSON.stringify(plain(rpc.request, made, false)))];
  const called = (value, data) => [
    `curl -sS${rpc.streams ? "N" : ""} ${quoted(`${base}${rpc.path}`)} \\`,
    `  -H 'content-type: ${type}' \\`,
    `  -H "${header}: ${value}" \\`,
    `  -d ${data}`,
  ].join("\n");
  const variable = `$${VARIABLES[header]}`;
  if (header !== "x-signature") return called(header === "authorization" ? `Bearer ${variable}` : variable, body);
  // What is signed of a stream's request is the message in the frame, after five bytes.
  const message = `printf %s "$body"${rpc.streams ? " | base64 -d | tail -c +6" : ""}`;
  return [
    `body=${body}`,
    `head="v1;key=${keyId};time=$(date +%s);nonce=$(openssl rand -hex 16);organization=${organization}"`,
    `digest=$(${message} | openssl dgst -sha256 -r | cut -d ' ' -f 1)`,
    `hmac=$(printf '%s\\n%s\\n%s\\n%s' "$head" ${rpc.path} ${rpc.streams ? "proto" : "json"} "$digest" |`,
    `  openssl dgst -sha256 -hmac "${variable}" -r | cut -d ' ' -f 1)`,
    called("$head;hmac=$hmac", '"$body"'),
  ].join("\n");
}

/** One gRPC-Web frame: a byte of flags, four of length, the message. */
function framedText(rpc, made) {
  const bytes = toBinary(method(rpc).input, made);
  const frame = new Uint8Array(5 + bytes.length);
  new DataView(frame.buffer).setUint32(1, bytes.length);
  frame.set(bytes, 5);
  return quoted(btoa(Array.from(frame, (byte) => String.fromCharCode(byte)).join("")));
}

function python(rpc, json, credential) {
  const given = messages[rpc.request].fields.filter((field) => json[field.name] !== undefined);
  const values = given.map((field) => `${field.name}=${pythonValue(field, json[field.name])}`);
  const dated = given.some((field) => field.type_name === "google.protobuf.Timestamp");
  const oneLine = values.join(", ");
  const fields = oneLine.length < 70 ? oneLine : `\n${values.map((value) => `        ${value},`).join("\n")}\n    `;
  const called = `client.${rpc.operation}(${fields})`;
  return [
    "import os",
    dated && "from datetime import datetime",
    "",
    `from sentry_scm_client import ${credential.startsWith("signer") ? "HmacSigner, " : ""}ScmClient`,
    "",
    `with ScmClient(${pythonText(base)}, ${credential}) as client:`,
    ...(rpc.streams ? [`    for item in ${called}:`, "        print(item)"] : [`    print(${called})`]),
  ].filter((line) => line !== false).join("\n");
}

function pythonValue(field, value) {
  if (field.repeated) return `[${value.map((one) => pythonValue({ ...field, repeated: false }, one)).join(", ")}]`;
  if (field.type === "map") return `{${Object.entries(value).map(([key, text]) => `${pythonText(key)}: ${pythonText(text)}`).join(", ")}}`;
  if (field.type_name === "google.protobuf.Timestamp") return `datetime.fromisoformat(${pythonText(value.replace(/\.000Z$/, "Z"))})`;
  if (field.type_name === "google.protobuf.FieldMask") return `[${value.split(",").map((path) => pythonText(snake(path))).join(", ")}]`;
  if (field.type === "message") {
    const inner = messages[field.type_name].fields.filter((one) => value[one.name] !== undefined);
    return `{${inner.map((one) => `${pythonText(one.name)}: ${pythonValue(one, value[one.name])}`).join(", ")}}`;
  }
  if (field.type === "int32" || field.type === "int64") return String(value);
  if (field.type === "bool") return value ? "True" : "False";
  return pythonText(value);
}

/** JSON's escapes are Python's too, but for characters beyond the BMP, which JSON.stringify leaves as they are. */
const pythonText = (text) => JSON.stringify(text);
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

function typescript(rpc, json, credential) {
  const imports = new Set();
  const wellKnown = new Set();
  const given = messages[rpc.request].fields.filter((field) => json[field.name] !== undefined);
  const fields = given.map((field) => `  ${camel(field.name)}: ${typescriptValue(field, json[field.name], imports, wellKnown)},`);
  const called = `scm.${camel(rpc.operation)}(${fields.length ? `{\n${fields.join("\n")}\n}` : "{}"})`;
  return [
    ...(wellKnown.size ? [`import { ${[...wellKnown].join(", ")} } from "@bufbuild/protobuf/wkt";`] : []),
    'import { createScmClient } from "@sentry-scm/grpc-client";',
    ...(imports.size ? [`import { ${[...imports].sort().join(", ")} } from "@sentry-scm/grpc-client/messages";`] : []),
    "",
    `const scm = createScmClient({ baseUrl: ${JSON.stringify(base)}, ${credential} });`,
    ...(rpc.streams ? [`for await (const item of ${called}) console.log(item);`] : [`console.log(await ${called});`]),
  ].join("\n");
}

function typescriptValue(field, value, imports, wellKnown) {
  const inner = (one, given) => typescriptValue(one, given, imports, wellKnown);
  if (field.repeated) return `[${value.map((one) => inner({ ...field, repeated: false }, one)).join(", ")}]`;
  if (field.type === "map") return JSON.stringify(value);
  if (field.type_name === "google.protobuf.Timestamp") {
    wellKnown.add("timestampFromDate");
    return `timestampFromDate(new Date(${JSON.stringify(value)}))`;
  }
  if (field.type_name === "google.protobuf.FieldMask") return `{ paths: ${JSON.stringify(value.split(",").map(snake))} }`;
  if (field.type === "message") {
    const set = messages[field.type_name].fields.filter((one) => value[one.name] !== undefined);
    return `{ ${set.map((one) => `${camel(one.name)}: ${inner(one, value[one.name])}`).join(", ")} }`;
  }
  if (field.type === "enum") {
    const { name, values } = enums[field.type_name];
    imports.add(name);
    // The generator leaves the prefix that all values share out.
    return `${name}.${value.slice(values[0].name.length - "UNSPECIFIED".length)}`;
  }
  if (field.type === "int64") return `${value}n`;
  return JSON.stringify(value);
}
