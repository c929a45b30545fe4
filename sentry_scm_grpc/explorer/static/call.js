// Calls over gRPC-Web. The credential lives in the variable below and in the field where it was typed, nowhere else.
import { Code, ConnectError, createGrpcWebTransport, fromBinary, fromJson, toJson } from "./library.js";
import { base, message, method, registry } from "./contract.js";
import { signature } from "./signing.js";

/** {header, value}, and for signatures the ids {keyId, organization}: ``value`` is the secret then. */
let credential;
export const setCredential = (given) => (credential = given);
export const getCredential = () => credential;

const transport = createGrpcWebTransport({
  baseUrl: base,
  // The credential is what was typed in: no session of the site speaks for it.
  fetch: async (input, init) => {
    const headers = new Headers(init.headers);
    if (credential.value) headers.set(credential.header, await presented(input, init.body));
    let answer;
    try {
      // A redirect would carry the credential on.
      answer = await fetch(input, { ...init, headers, credentials: "omit", redirect: "manual" });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ConnectError("No answer came. Is the site still there, and this machine on the network?", Code.Unavailable);
    }
    const type = answer.headers.get("content-type") ?? "";
    if (type.startsWith("application/grpc-web") || answer.status >= 400) return answer;
    const what = answer.type === "opaqueredirect" ? "A redirect" : `Something else (${type || "of no type"})`;
    throw new ConnectError(`${what} came instead of an answer of the API: from a proxy, perhaps, that wants a login.`, Code.Unknown);
  },
});

async function presented(url, body) {
  const { header, value } = credential;
  if (header === "x-signature") return signature(credential, url, body);
  if (/[^!-~]/.test(value.replace(/^Bearer /i, ""))) throw new ConnectError("There are blanks or other characters in the credential that none has. Was it copied whole, and nothing else?", Code.Unauthenticated);
  return header === "authorization" ? `Bearer ${value.replace(/^Bearer /i, "")}` : value;
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
      const answer = await transport.stream(called, signal, undefined, undefined, once(made));
      for await (const one of answer.message) onMessage(plain(rpc.response, one));
    } else {
      const answer = await transport.unary(called, signal, undefined, undefined, made);
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
