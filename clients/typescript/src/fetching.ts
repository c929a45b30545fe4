// What is done where the bytes are known, around fetch: signing, and telling pages of proxies from answers.
import { Code } from "@connectrpc/connect";
import { ScmError } from "./errors.js";
import { signature, type HmacKey } from "./signing.js";

export type Fetch = typeof globalThis.fetch;

/** Bytes before the message in the body of a gRPC-Web request: a flag and the length. */
const FRAME_HEAD = 5;

/** A fetch that signs what it sends. For transports of one's own; only for gRPC-Web in its binary form. */
export function signedFetch(key: HmacKey, fetch: Fetch = globalThis.fetch): Fetch {
  return async (input, init) => {
    if (!(init?.body instanceof Uint8Array)) throw new TypeError("Only a body of bytes, as Connect's gRPC-Web transport sends it, is signed.");
    const path = new URL(String(input)).pathname.split("/").slice(-2).join("/");
    const headers = new Headers(init.headers);
    headers.set("x-signature", await signature(key, `/${path}`, new Uint8Array(init.body.subarray(FRAME_HEAD))));
    return fetch(input, { ...init, headers });
  };
}

/** A fetch that throws a ScmError where no answer came, or one that is not gRPC-Web. It follows no redirects. */
export function checkedFetch(url: string, fetch: Fetch): Fetch {
  return async (input, init) => {
    let response: Response;
    try {
      // A redirect would carry the credentials to wherever it points.
      response = await fetch(input, { ...init, redirect: "manual" });
    } catch (error) {
      if (init?.signal?.aborted) throw error;
      const message = `No connection to ${url}. Is the server running, the URL right, and the origin of this page allowed?`;
      throw new ScmError(message, Code.Unavailable, { reason: "CONNECTION_FAILED", cause: error });
    }
    const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
    if (response.status === 200 && type.startsWith("application/grpc-web")) return response;
    // Its body is not shown: it may hold anything.
    await response.body?.cancel();
    const what = response.type === "opaqueredirect" ? "a redirect" : `HTTP ${response.status} (${type || "no content type"})`;
    const message = `${url} answered ${what}, which is not gRPC-Web. Is the URL right, and is sentry-scm-grpc running there?`;
    throw new ScmError(message, CODES[response.status] ?? Code.Unknown, { reason: "NOT_GRPC_WEB" });
  };
}

/** github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
const CODES: Readonly<Record<number, Code>> = {
  400: Code.Internal,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.Unimplemented,
  429: Code.Unavailable,
  502: Code.Unavailable,
  503: Code.Unavailable,
  504: Code.Unavailable,
};
