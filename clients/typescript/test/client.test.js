// What a caller writes, what goes over the wire, and what comes back: credentials, errors, retries, pages, streams, deadlines.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { Code, createScmClient, pages, ScmError } from "@sentry-scm/grpc-client";
import * as messages from "@sentry-scm/grpc-client/messages";
import { BadRequestSchema, ErrorInfoSchema, RequestInfoSchema, RetryInfoSchema } from "../dist/gen/google/rpc/error_details_pb.js";
import { cut, failure, frame, hangUp, running, trailers, whole } from "./site.js";

const repository = frame(messages.RepositorySchema, { id: 7n, name: "acme/rocket" });
const good = whole(Buffer.concat([repository, trailers(0)]));
const unavailable = failure(Code.Unavailable, "The provider is down.");

async function failed(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof ScmError, error);
    return error;
  }
  assert.fail("the call did not fail");
}

test("a call has the credential, the client's deadline and the request", async (t) => {
  const site = await running(t);
  site.answers = [good];
  const found = await createScmClient({ baseUrl: `${site.url}/grpc/`, apiKey: "scm_key" }).getRepository({ repositoryId: 7n });
  assert.equal(found.name, "acme/rocket");
  await createScmClient({ baseUrl: site.url, bearerToken: "a-token", timeoutMs: 0 }).getRepository({ repositoryId: 7n });
  const [key, token] = site.seen;
  assert.equal(key.path, "/grpc/sentry.integrations.scm.v1.ScmService/GetRepository");
  assert.equal(key.headers["x-api-key"], "scm_key");
  assert.match(key.headers["grpc-timeout"], /^(30000|29\d\d\d)m$/);
  assert.equal(fromBinary(messages.GetRepositoryRequestSchema, key.message).repositoryId, 7n);
  assert.equal(token.headers["authorization"], "Bearer a-token");
  assert.equal(token.headers["x-api-key"], undefined);
  assert.equal(token.headers["grpc-timeout"], undefined);
});

test("a value of the wrong type is the caller's fault, and is not sent", async (t) => {
  const site = await running(t);
  const scm = createScmClient({ baseUrl: site.url });
  const stream = async () => {
    for await (const _ of scm.streamTree({ repositoryId: "seven" }));
  };
  for (const call of [scm.getRepository({ repositoryId: "seven" }), scm.listCommits({ repositoryId: 7n, pageSize: "many" }), stream()]) {
    const error = await failed(call);
    assert.deepEqual([error.code, error.reason], [Code.InvalidArgument, "INVALID_FIELDS"]);
    assert.match(error.message, /^The request was not sent\. \S+\.(repository_id|page_size): .+\.$/);
  }
  assert.equal(site.seen.length, 0);
});

test("options that cannot be right are refused, and no credential is shown", () => {
  const refused = (options) => {
    try {
      createScmClient({ baseUrl: "http://host", ...options });
    } catch (error) {
      assert.ok(error instanceof TypeError);
      assert.doesNotMatch(error.message, /secret/);
      return;
    }
    assert.fail(`${JSON.stringify(options)} was taken`);
  };
  refused({ baseUrl: "localhost:8800" });
  refused({ baseUrl: "http://u:secret@host" });
  refused({ baseUrl: "http://host/?secret=b" });
  refused({ apiKey: "secret\n" });
  refused({ bearerToken: "sécret" });
  refused({ apiKey: "secret", bearerToken: "secret" });
});

test("the details of an error are properties", async (t) => {
  const site = await running(t);
  site.answers = [
    failure(
      Code.InvalidArgument,
      "title: muß sein",
      [ErrorInfoSchema, { reason: "INVALID_FIELDS", domain: "scm.sentry", metadata: { provider: "github" } }],
      [BadRequestSchema, { fieldViolations: [{ field: "title", description: "must not be empty" }] }],
      [RetryInfoSchema, { retryDelay: { seconds: 2n, nanos: 500_000_000 } }],
      [RequestInfoSchema, { requestId: "request-1" }],
    ),
  ];
  const error = await failed(createScmClient({ baseUrl: site.url }).createExternalIssue({ organizationId: 1n }));
  assert.equal(error.code, Code.InvalidArgument);
  assert.equal(error.message, "title: muß sein");
  assert.equal(error.reason, "INVALID_FIELDS");
  assert.deepEqual(error.metadata, { provider: "github" });
  assert.deepEqual(error.violations, [{ field: "title", description: "must not be empty" }]);
  assert.equal(error.retryAfterMs, 2500);
  assert.equal(error.requestId, "request-1");
});

for (const [what, answer, code, reason] of [
  ["a status without details", whole(trailers(7, { "grpc-message": "no" })), Code.PermissionDenied, ""],
  ["a status in the headers", whole("", 200, "application/grpc-web+proto", { "grpc-status": "5" }), Code.NotFound, ""],
  ["a page of a proxy", whole("<html>secret</html>", 503, "text/html"), Code.Unavailable, "NOT_GRPC_WEB"],
  ["another site's page", whole("<html>secret</html>", 200, "text/html"), Code.Unknown, "NOT_GRPC_WEB"],
  ["a redirect", whole("", 307, "text/html", { location: "/login" }), Code.Unknown, "NOT_GRPC_WEB"],
  ["a connection that ends before the answer", hangUp, Code.Unavailable, "CONNECTION_FAILED"],
  ["an answer that is cut", cut(repository), Code.Unavailable, "BROKEN_ANSWER"],
  ["half a frame", whole(repository.subarray(0, -3)), Code.Unavailable, "BROKEN_ANSWER"],
  ["an answer without trailers", whole(repository), Code.Unavailable, "BROKEN_ANSWER"],
  ["success without a message", whole(trailers(0)), Code.Internal, "BROKEN_ANSWER"],
]) {
  test(`${what} is told for what it is`, async (t) => {
    const site = await running(t);
    site.answers = [answer];
    const error = await failed(createScmClient({ baseUrl: site.url, retries: 0 }).getRepository({ repositoryId: 7n }));
    assert.deepEqual([error.code, error.reason], [code, reason], error.message);
    assert.doesNotMatch(error.message, /secret/);
    assert.equal(site.seen.length, 1);
  });
}

test("the request's id is that of the trailers where the details have none", async (t) => {
  const site = await running(t);
  site.answers = [whole(trailers(5, { "x-request-id": "request-2" }))];
  assert.equal((await failed(createScmClient({ baseUrl: site.url }).getRepository({ repositoryId: 7n }))).requestId, "request-2");
});

test("what may pass is tried again, what stays is not", async (t) => {
  const site = await running(t);
  const scm = createScmClient({ baseUrl: site.url });
  const limited = failure(Code.ResourceExhausted, "Too many.", [RetryInfoSchema, { retryDelay: { nanos: 10_000_000 } }]);
  site.answers = [unavailable, limited, hangUp, good];
  assert.equal((await scm.getRepository({ repositoryId: 7n })).id, 7n);
  assert.equal(site.seen.length, 4);
  for (const code of [Code.NotFound, Code.Internal, Code.ResourceExhausted, Code.Unauthenticated]) {
    site.seen.length = 0;
    site.answers = [failure(code, "no")];
    assert.equal((await failed(scm.getRepository({ repositoryId: 7n }))).code, code);
    assert.equal(site.seen.length, 1);
  }
  site.seen.length = 0;
  site.answers = [failure(Code.Aborted, "The head moved.", [ErrorInfoSchema, { reason: "HEAD_MOVED", domain: "scm.sentry" }])];
  assert.equal((await failed(scm.getRepository({ repositoryId: 7n }))).reason, "HEAD_MOVED");
  assert.equal(site.seen.length, 1);
});

test("a write is repeated under one request id, the caller's where it has one", async (t) => {
  const site = await running(t);
  const scm = createScmClient({ baseUrl: site.url });
  const answer = whole(Buffer.concat([frame(messages.ExternalIssueSchema, { key: "DEMO-1" }), trailers(0)]));
  site.answers = [unavailable, answer];
  const request = { organizationId: 1n, integrationId: 2n, title: "It fails" };
  await scm.createExternalIssue(request);
  await scm.createExternalIssue({ ...request, requestId: "mine" });
  const ids = site.seen.map(({ message }) => fromBinary(messages.CreateExternalIssueRequestSchema, message).requestId);
  assert.equal(ids[0], ids[1]);
  assert.match(ids[0], /^[0-9a-f-]{36}$/);
  assert.equal(ids[2], "mine");
  assert.equal("requestId" in request, false, "the caller's request stays as it was");
});

test("the deadline holds for all attempts", async (t) => {
  const site = await running(t);
  const scm = createScmClient({ baseUrl: site.url });
  site.answers = [failure(Code.ResourceExhausted, "Too many.", [RetryInfoSchema, { retryDelay: { seconds: 20n } }])];
  assert.equal((await failed(scm.getRepository({ repositoryId: 7n }, { timeoutMs: 10_000 }))).retryAfterMs, 20_000);
  assert.equal(site.seen.length, 1);
  site.answers = [() => {}];
  const error = await failed(scm.getRepository({ repositoryId: 7n }, { timeoutMs: 200 }));
  assert.deepEqual([error.code, error.reason], [Code.DeadlineExceeded, "DEADLINE_EXCEEDED"]);
});

test("a signal ends a call, and the pause before another", async (t) => {
  const site = await running(t);
  const scm = createScmClient({ baseUrl: site.url });
  const patient = failure(Code.ResourceExhausted, "Too many.", [RetryInfoSchema, { retryDelay: { seconds: 20n } }]);
  for (const answer of [() => {}, patient]) {
    site.answers = [answer];
    const error = await failed(scm.getRepository({ repositoryId: 7n }, { signal: AbortSignal.timeout(200) }));
    assert.equal(error.code, Code.Canceled);
  }
  assert.equal(site.seen.length, 2);
});

test("pages are asked for when they are needed, each again where it fails", async (t) => {
  const site = await running(t);
  const page = (ids, nextPageToken) => {
    const repositories = ids.map((id) => ({ id }));
    return whole(Buffer.concat([frame(messages.ListRepositoriesResponseSchema, { repositories, nextPageToken }), trailers(0)]));
  };
  site.answers = [page([1n, 2n], "second"), unavailable, page([], "third"), page([3n], "")];
  const found = [];
  for await (const { id } of pages(createScmClient({ baseUrl: site.url }).listRepositories, { organizationId: 1n, pageSize: 2 })) {
    if (id === 2n) assert.equal(site.seen.length, 1);
    found.push(id);
  }
  assert.deepEqual(found, [1n, 2n, 3n]);
  const asked = site.seen.map(({ message }) => fromBinary(messages.ListRepositoriesRequestSchema, message));
  assert.deepEqual(asked.map(({ pageToken }) => pageToken), ["", "second", "second", "third"]);
  assert.ok(asked.every(({ organizationId, pageSize }) => organizationId === 1n && pageSize === 2));
});

test("a stream is begun anew only before its first message", async (t) => {
  const site = await running(t);
  const first = frame(messages.CommitSchema, { key: "first" });
  site.answers = [unavailable, cut(first)];
  const found = [];
  const reading = (async () => {
    for await (const { key } of createScmClient({ baseUrl: site.url }).streamCommits({ repositoryId: 7n })) found.push(key);
  })();
  const error = await failed(reading);
  assert.deepEqual([error.code, error.reason], [Code.Unavailable, "BROKEN_ANSWER"]);
  assert.deepEqual(found, ["first"]);
  assert.equal(site.seen.length, 2);
  assert.equal(site.seen[0].headers["grpc-timeout"], undefined);
});

test("leaving the loop ends the stream on the server", async (t) => {
  const site = await running(t);
  const ended = new Promise((resolve) => {
    site.answers = [
      (_, response) => {
        response.on("close", resolve);
        response.writeHead(200, { "content-type": "application/grpc-web+proto" });
        response.write(frame(messages.CommitSchema, { key: "first" }));
      },
    ];
  });
  for await (const { key } of createScmClient({ baseUrl: site.url }).streamCommits({ repositoryId: 7n })) {
    assert.equal(key, "first");
    break;
  }
  await ended;
});
