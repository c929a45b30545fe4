// What every client is asked to do, in whatever language its API speaks. A client here is an object with
//   unary(method, request, options), stream(method, request, options) -> { messages, header, trailer }
//   leftOut: scenarios that do not apply to it
// where options are { timeoutMs, headers }, header and trailer are functions from a key to a string (or bytes for "-bin"), and
// failures are thrown as { code, message, details(schema), header, trailer }.
import { create, toBinary } from "@bufbuild/protobuf";
import { BadRequestSchema, ErrorInfoSchema } from "./build/gen/google/rpc/error_details_pb.js";
import { ScmService } from "./build/gen/sentry_scm_grpc/v1/scm_pb.js";
import { ScenarioService } from "./build/gen/tests/scenarios/scenarios_pb.js";

const Scenario = ScenarioService.method;
const Scm = ScmService.method;

const CODE = { INVALID_ARGUMENT: 3, DEADLINE_EXCEEDED: 4, NOT_FOUND: 5, RESOURCE_EXHAUSTED: 8, ABORTED: 10, UNIMPLEMENTED: 12, INTERNAL: 13, UNAUTHENTICATED: 16 };
const UNICODE = "grüße, 世界, 🦀 and a line\nbreak, 100% of it";

export const unaryScenarios = {
  async unary(client) {
    const { messages } = await client.unary(Scenario.echo, { text: "hello" });
    equal(messages.length, 1);
    equal(messages[0].text, "hello");
  },

  async "empty message"(client) {
    equal((await client.unary(Scenario.nothing, {})).messages.length, 1);
    equal((await client.unary(Scenario.echo, {})).messages[0].text, "");
  },

  async unicode(client) {
    const { messages } = await client.unary(Scenario.echo, { text: UNICODE });
    equal(messages[0].text, UNICODE);
    const error = await failure(client.unary(Scenario.fail, { code: CODE.ABORTED, message: UNICODE }));
    equal(error.code, CODE.ABORTED);
    equal(error.message, UNICODE);
  },

  async "large message"(client) {
    const data = new Uint8Array(1 << 20).map((_, index) => index % 251);
    const { messages } = await client.unary(Scenario.echo, { data });
    equal(messages[0].data.length, data.length);
    ok(messages[0].data.every((byte, index) => byte === index % 251), "the bytes are those that were sent");
    equal((await client.unary(Scenario.echo, { answerBytes: 3 << 20 })).messages[0].data.length, 3 << 20);
  },

  async "too large a message"(client) {
    const error = await failure(client.unary(Scenario.echo, { data: new Uint8Array((4 << 20) + 1) }));
    equal(error.code, CODE.RESOURCE_EXHAUSTED);
    equal((await client.unary(Scenario.echo, { text: "the connection goes on" })).messages.length, 1);
  },

  async "error with details"(client) {
    const error = await failure(client.unary(Scenario.fail, { withDetails: true, message: "is bad" }));
    equal(error.code, CODE.INVALID_ARGUMENT);
    equal(error.message, "text: is bad");
    equal(error.details(ErrorInfoSchema).reason, "SCENARIO");
    equal(error.details(BadRequestSchema).fieldViolations[0].field, "text");
  },

  async "unexpected exception"(client) {
    const error = await failure(client.unary(Scenario.fail, { raise: true, message: "secret" }));
    equal(error.code, CODE.INTERNAL);
    ok(!error.message.includes("secret"), "an unexpected exception keeps its text");
  },

  async "metadata both ways"(client) {
    const headers = { "x-echo": "ping", "x-echo-bin": new Uint8Array([0, 1, 2, 253, 254, 255]) };
    const { header, trailer } = await client.unary(Scenario.echo, {}, { headers });
    returned(header, "initial");
    returned(trailer, "trailing");
    const error = await failure(client.unary(Scenario.fail, { code: CODE.ABORTED, message: "no" }, { headers }));
    equal(error.trailer("x-echo-trailing"), "ping");
  },

  async deadline(client) {
    const { messages } = await client.unary(Scenario.echo, {}, { timeoutMs: 60_000 });
    ok(messages[0].secondsLeft > 30 && messages[0].secondsLeft <= 60, `the server knows the deadline (${messages[0].secondsLeft})`);
    const error = await failure(client.unary(Scenario.sleep, { milliseconds: 700 }, { timeoutMs: 300 }));
    equal(error.code, CODE.DEADLINE_EXCEEDED);
  },

  async "unknown method"(client) {
    equal((await failure(client.unary(Scenario.missing, {}))).code, CODE.UNIMPLEMENTED);
    equal((await failure(client.unary(nowhere(Scenario.echo), {}))).code, CODE.UNIMPLEMENTED);
  },

  async "no credentials"(client) {
    const error = await failure(client.unary(Scm.listRepositories, {}, { headers: { "x-api-key": "" } }));
    equal(error.code, CODE.UNAUTHENTICATED);
  },

  async "ScmService: rows, and an error"(client, { organizationId }) {
    const { messages } = await client.unary(Scm.listRepositories, { organizationId });
    ok(messages[0].repositories.length > 0, "a repository is listed");
    const error = await failure(client.unary(Scm.getRepository, { repositoryId: 999999n }));
    equal(error.code, CODE.NOT_FOUND);
    equal(error.details(ErrorInfoSchema).reason, "REPOSITORY_NOT_FOUND");
  },
};

export const streamScenarios = {
  async stream(client) {
    const { messages } = await client.stream(Scenario.count, { to: 100 });
    equal(messages.map((message) => message.number).join(), Array.from({ length: 100 }, (_, index) => index + 1).join());
    equal((await client.stream(Scenario.count, {})).messages.length, 0);
  },

  async "stream that fails"(client) {
    const error = await failure(client.stream(Scenario.count, { to: 3, code: CODE.ABORTED, message: UNICODE }));
    equal(error.code, CODE.ABORTED);
    equal(error.message, UNICODE);
    equal(error.messages.length, 3);
  },

  async "stream: metadata both ways"(client) {
    const headers = { "x-echo": "ping", "x-echo-bin": new Uint8Array([0, 1, 2, 253, 254, 255]) };
    const { header, trailer } = await client.stream(Scenario.count, { to: 2 }, { headers });
    returned(header, "initial");
    returned(trailer, "trailing");
  },

  async "stream: deadline"(client) {
    let error;
    // A busy machine needs longer for the first message.
    for (const timeoutMs of [500, 5000, 50_000]) {
      error = await failure(client.stream(Scenario.count, { to: 2000, millisecondsBetween: 50 }, { timeoutMs }));
      equal(error.code, CODE.DEADLINE_EXCEEDED);
      if (error.messages.length > 0) break;
    }
    ok(error.messages.length > 0, "what was sent before the deadline came");
  },

  async "stream: unknown method"(client) {
    equal((await failure(client.stream(nowhere(Scenario.count), {}))).code, CODE.UNIMPLEMENTED);
  },

  async "ScmService: stream"(client, { repositoryId }) {
    const { messages } = await client.stream(Scm.streamTree, { repositoryId });
    ok(messages.length > 0, "the tree has files");
  },
};

// Runs what the client can do: not every one has stream(). One result a scenario: { client, scenario, error } with error null where it passed.
export async function run(name, client, config) {
  const results = [];
  const chosen = client.stream ? { ...unaryScenarios, ...streamScenarios } : unaryScenarios;
  for (const [scenario, body] of Object.entries(chosen)) {
    if (client.leftOut.includes(scenario)) continue;
    let error = null;
    try {
      await body(client, { organizationId: BigInt(config.organizationId), repositoryId: BigInt(config.repositoryId) });
    } catch (thrown) {
      error = String(thrown?.stack ?? thrown?.message ?? thrown);
    }
    results.push({ client: name, scenario, error });
  }
  return results;
}

export function requestMessage(method, request) {
  return create(method.input, request);
}

export function requestBytes(method, request) {
  return toBinary(method.input, requestMessage(method, request));
}

function nowhere(method) {
  return { ...method, name: "Nowhere", parent: { ...method.parent, typeName: "scm.scenarios.v1.NoService" } };
}

function returned(metadata, kind) {
  equal(metadata(`x-echo-${kind}`), "ping");
  equal([...metadata(`x-echo-${kind}-bin`)].join(), "0,1,2,253,254,255");
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    if (typeof error.code !== "number") throw error;
    return error;
  }
  throw new Error("The call succeeded; it was to fail.");
}

function equal(actual, expected) {
  ok(actual === expected, `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

function ok(condition, message) {
  if (!condition) throw new Error(message);
}
