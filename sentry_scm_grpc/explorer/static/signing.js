// Signed calls: the value of x-signature, for each call a new one (docs/how-to/authentication.md has the specification).
import { Code, ConnectError } from "./library.js";

// Before the message in the body of a gRPC-Web request: a flag and the length.
const FRAME_HEAD = 5;

export const isKeyId = (text) => /^[\w.-]{1,64}$/.test(text);
export const isId = (text) => /^[1-9]\d{0,17}$/.test(text);

/** Throws ConnectError where something is missing. */
export async function signature({ keyId, organization, value: secret }, url, body) {
  if (!isKeyId(keyId) || !isId(organization)) throw new ConnectError("A signature needs the key’s id, the organization’s id, which is a number, and the secret.", Code.Unauthenticated);
  if (!crypto.subtle) throw new ConnectError("Browsers sign on pages of https and of localhost alone. Open this page so.", Code.FailedPrecondition);
  const path = new URL(url).pathname.split("/").slice(-2).join("/");
  const nonce = hex(crypto.getRandomValues(new Uint8Array(16)));
  const head = `v1;key=${keyId};time=${Math.floor(Date.now() / 1000)};nonce=${nonce};organization=${organization}`;
  const digest = hex(await crypto.subtle.digest("SHA-256", body.subarray(FRAME_HEAD)));
  const key = await crypto.subtle.importKey("raw", utf8(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `${head};hmac=${hex(await crypto.subtle.sign("HMAC", key, utf8(`${head}\n/${path}\nproto\n${digest}`)))}`;
}

const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
