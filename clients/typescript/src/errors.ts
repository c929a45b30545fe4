// The error that every call throws, and how an answer, or none, becomes one.
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RequestInfoSchema, RetryInfoSchema } from "./gen/google/rpc/error_details_pb.js";

/** One field of the request that broke its rules. */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** What a server, or this client in its place, says about a failure. */
export interface Failure {
  readonly reason?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly Violation[];
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string;
  readonly cause?: unknown;
}

/** A call that failed. */
export class ScmError extends Error {
  /** The gRPC status. */
  readonly code: Code;
  /**
   * A stable UPPER_SNAKE name: the server's, or one of the client's own CONNECTION_FAILED, BROKEN_ANSWER, NOT_GRPC_WEB and
   * DEADLINE_EXCEEDED. Empty for a call that its signal aborted.
   */
  readonly reason: string;
  /** What belongs to the reason, such as the id of what exists already. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The fields at fault. */
  readonly violations: readonly Violation[];
  /** Milliseconds after which the server wants to be asked again; undefined where it did not say. */
  readonly retryAfterMs: number | undefined;
  /** The name under which the server has logged the call; empty where it gave none. */
  readonly requestId: string;

  constructor(message: string, code: Code, failure: Failure = {}) {
    super(message, { cause: failure.cause });
    this.name = "ScmError";
    this.code = code;
    this.reason = failure.reason ?? "";
    this.metadata = failure.metadata ?? {};
    this.violations = failure.violations ?? [];
    this.retryAfterMs = failure.retryAfterMs;
    this.requestId = failure.requestId ?? "";
  }
}

/** The error for whatever a transport of Connect throws. */
export function scmError(thrown: unknown): ScmError {
  const error = ConnectError.from(thrown);
  if (error.cause instanceof ScmError) return error.cause;
  if (error.metadata.has("grpc-status") || error.metadata.has("grpc-status-details-bin")) return saidByServer(error);
  if (error.code === Code.DeadlineExceeded) {
    const message = "The deadline passed before the answer was complete. Give the call a longer timeout.";
    return new ScmError(message, error.code, { reason: "DEADLINE_EXCEEDED", cause: error });
  }
  if (error.code === Code.Canceled) return new ScmError("The call was aborted.", error.code, { cause: error });
  if (error.cause instanceof TypeError || /missing trailer|incomplete envelope/i.test(error.rawMessage)) {
    const message = "The answer broke off before its end.";
    return new ScmError(message, Code.Unavailable, { reason: "BROKEN_ANSWER", cause: error });
  }
  // What protobuf says of a value that a field cannot hold, such as a word for an id. Nothing was sent.
  const unfit = /\bcannot encode field (\S+)(?: to binary)?: (.*?)\.?$/s.exec(error.rawMessage);
  if (unfit) {
    const message = `The request was not sent. ${unfit[1]}: ${unfit[2]}.`;
    return new ScmError(message, Code.InvalidArgument, { reason: "INVALID_FIELDS", cause: error });
  }
  const message = `The site sent what this client cannot read: ${error.rawMessage}.`;
  return new ScmError(message, Code.Internal, { reason: "BROKEN_ANSWER", cause: error });
}

function saidByServer(error: ConnectError): ScmError {
  const [info] = error.findDetails(ErrorInfoSchema);
  const [retry] = error.findDetails(RetryInfoSchema);
  const [request] = error.findDetails(RequestInfoSchema);
  const violations = error.findDetails(BadRequestSchema).flatMap((bad) => bad.fieldViolations);
  const delay = retry?.retryDelay;
  return new ScmError(error.rawMessage, error.code, {
    reason: info?.reason ?? "",
    metadata: info?.metadata ?? {},
    violations: violations.map(({ field, description }) => ({ field, description })),
    retryAfterMs: delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6,
    requestId: request?.requestId || (error.metadata.get("x-request-id") ?? ""),
    cause: error,
  });
}
