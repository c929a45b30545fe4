// The clients that run in a browser and in Node alike.
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { connectClient } from "./connect-client.mjs";
import { grpcWebClient } from "./grpc-web-client.mjs";

export function everywhere({ url, apiKey }) {
  const unaryOnly = { streams: false };
  return {
    "grpc-web, text": grpcWebClient("text", url, apiKey),
    "grpc-web, binary": grpcWebClient("binary", url, apiKey),
    "connect-web, grpc-web": connectClient(createGrpcWebTransport({ baseUrl: url }), apiKey),
    "connect-web, connect, JSON": connectClient(createConnectTransport({ baseUrl: url }), apiKey, unaryOnly),
    "connect-web, connect, GET": connectClient(createConnectTransport({ baseUrl: url, useHttpGet: true }), apiKey, {
      ...unaryOnly,
      // The message is part of the address, which HTTP servers let have some thousand bytes.
      leftOut: ["large message", "too large a message"],
    }),
  };
}
