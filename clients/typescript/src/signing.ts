// Signed calls: the value of x-signature (docs/how-to/authentication.md of sentry-scm-grpc has the specification).

/** A key of the site's HMAC_KEYS. Keep it on a server: who can open a page can read what is in it. */
export interface HmacKey {
  /** The key's id. */
  readonly keyId: string;
  readonly secret: string;
  /** The organization in which calls are made: one of the key's. */
  readonly organizationId: number | bigint;
}

/** What is signed, for tests: time in seconds since 1970, and a nonce that no other call has. */
export interface Moment {
  readonly time?: number;
  readonly nonce?: string;
}

/**
 * The value of x-signature for one attempt at one call; another attempt needs another. `path` is the RPC's, such as
 * "/package.Service/Rpc"; `message` the request as it is sent, without framing.
 */
export async function signature(
  key: HmacKey,
  path: string,
  message: Uint8Array<ArrayBuffer>,
  encoding: "proto" | "json" = "proto",
  { time = Math.floor(Date.now() / 1000), nonce = hex(crypto.getRandomValues(new Uint8Array(16))) }: Moment = {},
): Promise<string> {
  const head = `v1;key=${key.keyId};time=${time};nonce=${nonce};organization=${key.organizationId}`;
  const digest = hex(await crypto.subtle.digest("SHA-256", message));
  const secret = await crypto.subtle.importKey("raw", utf8(key.secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const hmac = await crypto.subtle.sign("HMAC", secret, utf8([head, path, encoding, digest].join("\n")));
  return `${head};hmac=${hex(hmac)}`;
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

function hex(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
