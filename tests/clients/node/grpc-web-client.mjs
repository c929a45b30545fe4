// Google's own client, the npm package grpc-web, with messages of protobuf-es. Its binary format cannot stream.
import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import grpcWeb from "grpc-web";
import { StatusSchema } from "./build/gen/google/rpc/status_pb.js";
import { requestBytes } from "./scenarios.mjs";

export function grpcWebClient(format, baseUrl, apiKey) {
  const base = new grpcWeb.GrpcWebClientBase({ format });

  function call(method, request, options, streaming) {
    const path = `/${method.parent.typeName}/${method.name}`;
    const descriptor = new grpcWeb.MethodDescriptor(
      path,
      streaming ? grpcWeb.MethodType.SERVER_STREAMING : grpcWeb.MethodType.UNARY,
      Object,
      Object,
      () => requestBytes(method, request),
      (bytes) => fromBinary(method.output, bytes),
    );
    const metadata = metadataOf(options ?? {}, apiKey);
    const messages = [];
    let initial = {};
    return new Promise((resolve, reject) => {
      const succeed = (trailing) => resolve({ messages, header: reader(initial), trailer: reader(trailing) });
      const fail = (error) => reject(failed(error, messages, initial));
      let stream;
      if (streaming) {
        stream = base.serverStreaming(baseUrl + path, request, metadata, descriptor);
        stream.on("data", (message) => messages.push(message));
        stream.on("error", fail);
      } else {
        stream = base.rpcCall(baseUrl + path, request, metadata, descriptor, (error, message) => {
          if (error) fail(error);
          else if (message) messages.push(message);
        });
      }
      stream.on("metadata", (received) => (initial = received));
      let status;
      stream.on("status", (received) => (status = received));
      // Message and initial metadata are told around the end, in no fixed order.
      stream.on("end", () => status?.code === 0 && setTimeout(() => succeed(status.metadata ?? {})));
    });
  }

  const unary = (method, request, options) => call(method, request, options, false);
  const stream = (method, request, options) => call(method, request, options, true);
  return format === "text" ? { unary, stream, leftOut: [] } : { unary, leftOut: [] };
}

function metadataOf({ headers = {}, timeoutMs }, apiKey) {
  const made = { "x-api-key": apiKey };
  for (const [key, value] of Object.entries(headers)) made[key] = value instanceof Uint8Array ? base64(value) : value;
  if (timeoutMs) made.deadline = String(Date.now() + timeoutMs);
  return made;
}

function reader(metadata) {
  return (key) => (key.endsWith("-bin") && metadata[key] !== undefined ? bytesOf(metadata[key]) : metadata[key]);
}

function failed(error, messages, initial) {
  const trailing = error.metadata ?? {};
  return {
    code: error.code,
    message: error.message,
    stack: `${error.code}: ${error.message}\n${error.stack}`,
    details: (schema) => detail(trailing, schema),
    header: reader(initial),
    trailer: reader(trailing),
    messages,
  };
}

function detail(trailing, schema) {
  const status = fromBinary(StatusSchema, bytesOf(trailing["grpc-status-details-bin"]));
  return status.details.map((packed) => anyUnpack(packed, schema)).find(Boolean);
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
