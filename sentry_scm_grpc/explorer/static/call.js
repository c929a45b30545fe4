// Calls over gRPC-Web. The credential lives in the variable below and nowhere else.
import { Code, ConnectError, createGrpcWebTransport, fromBinary, fromJson, toJson } from "./library.js";
import { base, message, method, registry } from "./contract.js";

let credential = { header: "x-api-key", value: "" };
export const setCredential = (header, value) => (credential = { header, value: value.trim() });
export const getCredential = () => credential;

const transport = createGrpcWebTransport({
  baseUrl: base,
  // The credential is what was typed in: no session of the site speaks for it.
  fetch: (input, init) => fetch(input, { ...init, credentials: "omit" }),
});

function headers() {
  if (!credential.value) return {};
  return { [credential.header]: credential.header === "authorization" ? `Bearer ${credential.value}` : credential.value };
}

/** The request message of JSON with the contract's field names. Throws where it does not fit. */
export const request = (rpc, json) => fromJson(message(rpc.request), json, { registry });
export const plain = (name, made, useProtoFieldName = true) => toJson(message(name), made, { registry, useProtoFieldName });

/** Makes a call; gives each message as JSON to ``onMessage`` and returns the milliseconds it took. Throws Failure. */
export async function call(rpc, json, signal, onMessage) {
  const started = performance.now();
  try {
    const made = request(rpc, json);
    const called = method(rpc);
    if (rpc.streams) {
      const answer = await transport.stream(called, signal, undefined, headers(), once(made));
      for await (const one of answer.message) onMessage(plain(rpc.response, one));
    } else {
      const answer = await transport.unary(called, signal, undefined, headers(), made);
      onMessage(plain(rpc.response, answer.message));
    }
  } catch (error) {
    throw new Failure(error);
  }
  return Math.round(performance.now() - started);
}

async function* once(made) {
  yield made;
}

/** Why a call failed, in the terms of the contract. */
export class Failure extends Error {
  constructor(error) {
    const known = ConnectError.from(error);
    super(known.rawMessage);
    this.code = known.code;
    this.status = Code[known.code].replace(/(?<!^)(?=[A-Z])/g, "_").toUpperCase().replace("CANCELED", "CANCELLED");
    this.reason = "";
    this.metadata = {};
    this.violations = [];
    this.retryAfter = "";
    this.requestId = known.metadata.get("x-request-id") ?? "";
    for (const detail of known.details) this.#read(detail);
  }

  #read({ type, value }) {
    const schema = registry.getMessage(type);
    if (!schema || !(value instanceof Uint8Array)) return;
    const json = toJson(schema, fromBinary(schema, value), { registry });
    if (type === "google.rpc.ErrorInfo") {
      this.reason = json.reason ?? "";
      this.metadata = json.metadata ?? {};
    } else if (type === "google.rpc.BadRequest") {
      this.violations = json.fieldViolations ?? [];
    } else if (type === "google.rpc.RetryInfo") {
      this.retryAfter = json.retryDelay ?? "";
    } else if (type === "google.rpc.RequestInfo") {
      this.requestId = json.requestId ?? "";
    }
  }
}
