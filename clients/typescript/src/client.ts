// The client: Connect's, typed by the contract, over gRPC-Web.
import type { DescService } from "@bufbuild/protobuf";
import { createClient, type CallOptions, type Client, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { checkedFetch, signedFetch, type Fetch } from "./fetching.js";
import { FileService } from "./gen/sentry_scm_grpc/v1/files_pb.js";
import { CheckService } from "./gen/sentry_scm_grpc/v1/checks_pb.js";
import { LookupService } from "./gen/sentry_scm_grpc/v1/lookup_pb.js";
import { PullRequestService } from "./gen/sentry_scm_grpc/v1/pull_requests_pb.js";
import { RefService } from "./gen/sentry_scm_grpc/v1/refs_pb.js";
import { ScmService } from "./gen/sentry_scm_grpc/v1/scm_pb.js";
import type { HmacKey } from "./signing.js";
import { mannered } from "./transport.js";

/** The services of the contract. A further one is a line here. */
const services = [ScmService, LookupService, RefService, FileService, CheckService, PullRequestService] as const;

type Clients<Services> = Services extends readonly [infer First extends DescService, ...infer Rest]
  ? Client<First> & Clients<Rest>
  : unknown;
/** The methods of all services. */
export type ScmClient = Clients<typeof services>;

export interface ScmClientOptions {
  /** The site, with a prefix where it has one: "https://sentry.example.com/grpc". */
  readonly baseUrl: string;
  /** Credentials: one of the three, or none where a fetch of your own brings them. */
  readonly apiKey?: string | undefined;
  readonly bearerToken?: string | undefined;
  readonly hmac?: HmacKey | undefined;
  /** Milliseconds: the deadline of a call, its retries included; 0 means none. A stream has only one of its own. Default: 30000. */
  readonly timeoutMs?: number;
  /** How often a call that can be repeated safely is made again. Default: 3. */
  readonly retries?: number;
  /** In place of the global one: for proxies, or certificates of one's own. */
  readonly fetch?: Fetch;
}

/** A client of the site. Throws a TypeError for options that cannot be right; its calls throw ScmError. */
export function createScmClient(options: ScmClientOptions): ScmClient {
  const { apiKey, bearerToken, hmac, timeoutMs = 30_000, retries = 3 } = options;
  const baseUrl = checkedUrl(options.baseUrl);
  if ([apiKey, bearerToken, hmac].filter(Boolean).length > 1) {
    throw new TypeError("Give one of apiKey, bearerToken and hmac: a site refuses a call with two credentials.");
  }
  const interceptors: Interceptor[] = [];
  if (apiKey) interceptors.push(apiKeyInterceptor(apiKey));
  if (bearerToken) interceptors.push(bearerInterceptor(bearerToken));
  // Looked up at each call, so that a fetch that is replaced later is used; browsers want it called on no object.
  const fetch: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const transport = createGrpcWebTransport({
    baseUrl,
    interceptors,
    fetch: checkedFetch(baseUrl, hmac ? signedFetch(hmac, fetch) : fetch),
  });
  const manners = { timeoutMs: timeoutMs > 0 ? timeoutMs : undefined, retries };
  const caller = mannered(transport, manners);
  return Object.assign({}, ...services.map((service) => endedByReaders(service, createClient(service, caller)))) as ScmClient;
}

/** Sends an API key with each call. For transports of one's own. */
export function apiKeyInterceptor(apiKey: string): Interceptor {
  return credential("x-api-key", apiKey);
}

/** Sends a bearer token with each call. For transports of one's own. */
export function bearerInterceptor(token: string): Interceptor {
  return credential("authorization", `Bearer ${token}`);
}

/** Connect ends a stream when its signal is aborted, but not when its reader leaves the loop: here both do. */
function endedByReaders(service: DescService, client: object): object {
  const methods = { ...client } as Record<string, unknown>;
  for (const { methodKind, localName } of service.methods) {
    if (methodKind === "server_streaming") methods[localName] = endedByReader(methods[localName] as Stream);
  }
  return methods;
}

type Stream = (request: object, options?: CallOptions) => AsyncIterable<unknown>;

function endedByReader(stream: Stream): Stream {
  return async function* (request, options) {
    const controller = new AbortController();
    const signal = options?.signal;
    const abort = () => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    try {
      yield* stream(request, { ...options, signal: controller.signal });
    } finally {
      signal?.removeEventListener("abort", abort);
      controller.abort();
    }
  };
}

function credential(name: string, value: string): Interceptor {
  if (!/^[\x20-\x7e]*$/.test(value) || value !== value.trim()) {
    throw new TypeError("The credential has characters that no credential has. Was a line break copied with it?");
  }
  return (next) => (request) => {
    request.header.set(name, value);
    return next(request);
  };
}

function checkedUrl(text: string): string {
  if (!URL.canParse(text)) throw new TypeError("baseUrl is no URL; write http://host:port or https://host.");
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) throw new TypeError("baseUrl starts with http:// or https://.");
  if (url.username || url.password || url.search || url.hash) throw new TypeError("baseUrl must have no user, query or fragment.");
  return text.replace(/\/+$/, "");
}
