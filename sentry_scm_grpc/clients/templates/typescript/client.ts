// A client of the contract over gRPC-Web, for browsers and Node.
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { ScmService } from "./gen/sentry_scm_grpc/v1/scm_pb.js";

export function scmClient(baseUrl: string, apiKey: string) {
  const transport = createGrpcWebTransport({
    baseUrl,
    interceptors: [
      (next) => (request) => {
        request.header.set("x-api-key", apiKey);
        return next(request);
      },
    ],
  });
  return createClient(ScmService, transport);
}
