// A site that answers what the test writes, at the level of HTTP: good answers, bad ones, and connections that it cuts.
import { createServer } from "node:http";
import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack, StatusSchema } from "./status.js";

export function frame(schema, fields) {
  return framed(0, toBinary(schema, create(schema, fields)));
}

export function trailers(status, fields = {}) {
  const lines = Object.entries({ "grpc-status": status, ...fields }).map(([key, value]) => `${key}: ${value}\r\n`);
  return framed(0x80, new TextEncoder().encode(lines.join("")));
}

/** The trailers of an error with details: pairs of a schema and fields. */
export function failure(code, message, ...details) {
  const packed = details.map(([schema, fields]) => anyPack(schema, create(schema, fields)));
  const bytes = toBinary(StatusSchema, create(StatusSchema, { code, message, details: packed }));
  const header = { "grpc-message": encodeURIComponent(message), "grpc-status-details-bin": Buffer.from(bytes).toString("base64") };
  return whole(trailers(code, header));
}

function framed(flags, payload) {
  const head = new Uint8Array(5);
  head[0] = flags;
  new DataView(head.buffer).setUint32(1, payload.length);
  return Buffer.concat([head, payload]);
}

export const whole = (body, status = 200, type = "application/grpc-web+proto", headers = {}) => (_, response) => {
  response.writeHead(status, { "content-type": type, ...headers });
  response.end(body);
};

export const cut = (body) => (_, response) => {
  response.writeHead(200, { "content-type": "application/grpc-web+proto" });
  response.write(body, () => response.destroy());
};

export const hangUp = (request) => void request.socket.destroy();

/** Sends `answers` one after the other, the last of them for ever; keeps what came in `seen`. */
export async function running(test) {
  const site = { answers: [], seen: [], url: "" };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    site.seen.push({ path: request.url, headers: request.headers, message: Buffer.concat(chunks).subarray(5) });
    const answer = site.answers.length > 1 ? site.answers.shift() : site.answers[0];
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  site.url = `http://127.0.0.1:${server.address().port}`;
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return site;
}
