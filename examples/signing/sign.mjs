// Signs one call with the Web Crypto API, which browsers, Node, Deno and workers have; prints the value of x-signature.
//   usage: node sign.mjs PATH ENCODING < MESSAGE
// SCM_KEY, SCM_SECRET and SCM_ORGANIZATION are in the environment; SCM_TIME and SCM_NONCE are for tests.
// A page that everybody can open is no place for a secret: sign on a server.

const bytes = (text) => new TextEncoder().encode(text);
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The value of x-signature for one call: another call, and another attempt at the same, needs another. */
export async function sign({ key, secret, organization, path, encoding, message, time, nonce }) {
  time ??= Math.floor(Date.now() / 1000);
  nonce ??= hex(crypto.getRandomValues(new Uint8Array(16)));
  const head = `v1;key=${key};time=${time};nonce=${nonce};organization=${organization}`;
  const digest = hex(await crypto.subtle.digest("SHA-256", message));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", bytes(secret), hmac, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", imported, bytes([head, path, encoding, digest].join("\n")));
  return `${head};hmac=${hex(signature)}`;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { readFileSync } = await import("node:fs");
  const { SCM_KEY, SCM_SECRET, SCM_ORGANIZATION, SCM_TIME, SCM_NONCE } = process.env;
  console.log(
    await sign({
      key: SCM_KEY,
      secret: SCM_SECRET,
      organization: SCM_ORGANIZATION,
      path: process.argv[2],
      encoding: process.argv[3],
      message: readFileSync(0),
      time: SCM_TIME,
      nonce: SCM_NONCE,
    }),
  );
}
