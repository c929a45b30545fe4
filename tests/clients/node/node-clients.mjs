// The clients that run in Node, each as its documentation shows it.
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport, compressionGzip } from "@connectrpc/connect-node";
import { connectClient } from "./connect-client.mjs";
import { everywhere } from "./everywhere-clients.mjs";
import { run } from "./scenarios.mjs";

export async function runAll(config) {
  const { url, nativeUrl, apiKey } = config;
  const http1 = { baseUrl: url, httpVersion: "1.1" };
  const gzip = { sendCompression: compressionGzip, acceptCompression: [compressionGzip], compressMinBytes: 1 };
  const unaryOnly = { streams: false };
  const clients = {
    ...everywhere(config),
    "connect-node, grpc-web": connectClient(createGrpcWebTransport({ ...http1 }), apiKey),
    "connect-node, grpc-web, gzip": connectClient(createGrpcWebTransport({ ...http1, ...gzip }), apiKey),
    "connect-node, connect, JSON": connectClient(createConnectTransport({ ...http1 }), apiKey, unaryOnly),
    "connect-node, connect, binary, gzip": connectClient(createConnectTransport({ ...http1, ...gzip, useBinaryFormat: true }), apiKey, unaryOnly),
    "connect-node, grpc": connectClient(createGrpcTransport({ baseUrl: nativeUrl }), apiKey),
  };
  const results = [];
  for (const [name, client] of Object.entries(clients)) results.push(...(await run(name, client, config)));
  return results;
}
