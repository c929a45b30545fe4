// The clients of the @connectrpc packages, whatever their transport.
import { Code, ConnectError, decodeBinaryHeader, encodeBinaryHeader } from "@connectrpc/connect";

export function connectClient(transport, apiKey, { streams = true, leftOut = [] } = {}) {
  async function unary(method, request, options = {}) {
    try {
      const answer = await transport.unary(method, undefined, options.timeoutMs, headersOf(options, apiKey), request);
      return { messages: [answer.message], header: reader(answer.header), trailer: reader(answer.trailer) };
    } catch (error) {
      throw failed(error, []);
    }
  }

  async function stream(method, request, options = {}) {
    const messages = [];
    async function* requests() {
      yield request;
    }
    try {
      const answer = await transport.stream(method, undefined, options.timeoutMs, headersOf(options, apiKey), requests());
      for await (const message of answer.message) messages.push(message);
      return { messages, header: reader(answer.header), trailer: reader(answer.trailer) };
    } catch (error) {
      throw failed(error, messages);
    }
  }

  return streams ? { unary, stream, leftOut } : { unary, leftOut };
}

function headersOf({ headers = {} }, apiKey) {
  const made = new Headers({ "x-api-key": apiKey });
  for (const [key, value] of Object.entries(headers)) made.set(key, value instanceof Uint8Array ? encodeBinaryHeader(value) : value);
  return made;
}

function reader(headers) {
  return (key) => {
    const value = headers.get(key);
    return value !== null && key.endsWith("-bin") ? decodeBinaryHeader(value) : value;
  };
}

function failed(error, messages) {
  if (!(error instanceof ConnectError)) return error;
  const metadata = reader(error.metadata);
  return {
    code: error.code,
    message: error.rawMessage,
    stack: `${Code[error.code]}: ${error.rawMessage}\n${error.stack}\n${error.cause?.stack}`,
    details: (schema) => error.findDetails(schema)[0],
    header: metadata,
    trailer: metadata,
    messages,
  };
}
