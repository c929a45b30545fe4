// A transport of Connect with this client's manners: request ids, deadlines over all attempts, retries, typed errors.
import { create, type DescMessage, type DescMethodStreaming, type DescMethodUnary, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import type { ContextValues, StreamResponse, Transport, UnaryResponse } from "@connectrpc/connect";
import { scmError } from "./errors.js";
import { Attempts } from "./retry.js";

export interface Manners {
  readonly timeoutMs: number | undefined;
  readonly retries: number;
}

export function mannered(inner: Transport, { timeoutMs: own, retries }: Manners): Transport {
  async function unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: MessageInitShape<I>,
    values?: ContextValues,
  ): Promise<UnaryResponse<I, O>> {
    const request = withRequestId(method.input, input);
    const attempts = new Attempts(method, timeoutMs === undefined ? own : limit(timeoutMs), retries);
    for (;;) {
      try {
        return await inner.unary(method, signal, attempts.remaining() ?? 0, header, request, values);
      } catch (error) {
        await attempts.pauseAfter(scmError(error), signal);
      }
    }
  }

  async function stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
    values?: ContextValues,
  ): Promise<StreamResponse<I, O>> {
    // How long a stream lasts is up to who reads it: it has no deadline but one of its own.
    const attempts = new Attempts(method, limit(timeoutMs), retries);
    const requests = await collected(method.input, input);
    for (;;) {
      try {
        const answer = await inner.stream(method, signal, attempts.remaining() ?? 0, header, replayed(requests), values);
        const messages = answer.message[Symbol.asyncIterator]();
        // Begun anew only before its first message: what was handed on must not come twice.
        const first = await messages.next();
        return { ...answer, message: handedOn(first, messages) };
      } catch (error) {
        await attempts.pauseAfter(scmError(error), signal);
      }
    }
  }

  return { unary, stream };
}

/** What Connect means by a timeout: 0 and less are none. */
function limit(timeoutMs: number | undefined): number | undefined {
  return timeoutMs === undefined || timeoutMs <= 0 ? undefined : timeoutMs;
}

/** A copy; a write that has no request id gets one, so that it can be repeated. */
function withRequestId<I extends DescMessage>(schema: I, input: MessageInitShape<I>): MessageShape<I> {
  const request = create(schema, "$typeName" in input ? { ...input } : input);
  const field = schema.field["requestId"];
  if (field !== undefined) {
    const fields = request as unknown as Record<string, unknown>;
    fields[field.localName] ||= crypto.randomUUID();
  }
  return request;
}

async function collected<I extends DescMessage>(schema: I, input: AsyncIterable<MessageInitShape<I>>): Promise<MessageShape<I>[]> {
  const requests = [];
  for await (const request of input) requests.push(withRequestId(schema, request));
  return requests;
}

async function* replayed<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function* handedOn<T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (let result = first; !result.done; result = await rest.next()) yield result.value;
  } catch (error) {
    throw scmError(error);
  }
}
