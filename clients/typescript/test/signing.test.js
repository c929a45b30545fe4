// Signed calls: the vectors of sentry-scm-grpc, and that the bytes that are signed are those that are sent.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Code, createScmClient, signature } from "@sentry-scm/grpc-client";
import { RepositorySchema } from "@sentry-scm/grpc-client/messages";
import { failure, frame, running, trailers, whole } from "./site.js";

// Ids of organizations have up to 18 digits, more than a number holds.
const text = readFileSync(new URL("../../../examples/signing/vectors.json", import.meta.url), "utf8");
const vectors = JSON.parse(text.replace(/"organization": (\d+)/g, '"organization": "$1"')).good;

test("the vectors", async () => {
  assert.ok(vectors.length > 3);
  for (const { key, secret, organization, path, encoding, message_base64, time, nonce, header } of vectors) {
    const message = new Uint8Array(Buffer.from(message_base64, "base64"));
    const hmac = { keyId: key, secret, organizationId: BigInt(organization) };
    assert.equal(await signature(hmac, path, message, encoding, { time, nonce }), header);
  }
});

test("each attempt is signed anew, over the bytes that are sent", async (t) => {
  const site = await running(t);
  site.answers = [failure(Code.Unavailable, "down"), whole(Buffer.concat([frame(RepositorySchema, { id: 7n }), trailers(0)]))];
  const hmac = { keyId: "reports", secret: "s".repeat(40), organizationId: 1 };
  await createScmClient({ baseUrl: `${site.url}/grpc`, hmac }).getRepository({ repositoryId: 7n });
  const nonces = new Set();
  for (const { path, headers, message } of site.seen) {
    const [, time, nonce] = /time=(\d+);nonce=([0-9a-f]+);/.exec(headers["x-signature"]);
    nonces.add(nonce);
    const expected = await signature(hmac, path.replace("/grpc", ""), new Uint8Array(message), "proto", { time: Number(time), nonce });
    assert.equal(headers["x-signature"], expected);
  }
  assert.equal(nonces.size, 2);
});
