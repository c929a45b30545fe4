// Which calls are made again, when: the same rules as those of the Python client.
import { Code } from "@connectrpc/connect";
import { MethodOptions_IdempotencyLevel as Level } from "@bufbuild/protobuf/wkt";
import type { DescMethod } from "@bufbuild/protobuf";
import { ScmError } from "./errors.js";

/** Milliseconds: the first pause, and the longest chosen here. Each is twice the one before, less up to half by chance. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;
/** Milliseconds: a server that wants a longer pause than this is not waited for. */
const LONGEST_WAIT = 60_000;

/** Whether it does no harm to carry out a call twice: it changes nothing, changes it once, or has a request id. */
function repeatable(method: DescMethod): boolean {
  return method.idempotency !== Level.IDEMPOTENCY_UNKNOWN || "requestId" in method.input.field;
}

/**
 * Whether the same call may fare better later. RESOURCE_EXHAUSTED may where the server says when. A head that moved stays
 * where it is: the caller has to look at it first.
 */
function worthRepeating(error: ScmError): boolean {
  if (error.code === Code.ResourceExhausted) return error.retryAfterMs !== undefined;
  return (error.code === Code.Unavailable || error.code === Code.Aborted) && error.reason !== "HEAD_MOVED";
}

/** The attempts at one call, all within its timeout (milliseconds; undefined: no limit). */
export class Attempts {
  #left: number;
  #pause = FIRST_PAUSE;
  readonly #deadline: number | undefined;

  constructor(method: DescMethod, timeoutMs: number | undefined, retries: number) {
    this.#left = repeatable(method) ? retries : 0;
    this.#deadline = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  }

  /** Milliseconds of the timeout that are left, at least 1. */
  remaining(): number | undefined {
    return this.#deadline === undefined ? undefined : Math.max(1, Math.floor(this.#deadline - performance.now()));
  }

  /** Waits until the next attempt. Throws the error where there is to be none, and a ScmError where the signal is aborted. */
  async pauseAfter(error: ScmError, signal: AbortSignal | undefined): Promise<void> {
    if (this.#left <= 0 || !worthRepeating(error)) throw error;
    // A little later for each client, so that not all come back in the same moment.
    const pause = this.#pause * (0.5 + Math.random() / 2) + (error.retryAfterMs ?? 0);
    if (pause > LONGEST_WAIT || (this.#deadline !== undefined && performance.now() + pause >= this.#deadline)) throw error;
    this.#left -= 1;
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    await sleep(pause, signal);
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(new ScmError("The call was aborted.", Code.Canceled, { cause: signal?.reason }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
