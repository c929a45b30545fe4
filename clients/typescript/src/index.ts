// What programs import. The messages, and their schemas, are in "@sentry-scm/grpc-client/messages".
export { Code } from "@connectrpc/connect";
export { apiKeyInterceptor, bearerInterceptor, createScmClient, type ScmClient, type ScmClientOptions } from "./client.js";
export { ScmError, type Violation } from "./errors.js";
export { signedFetch, type Fetch } from "./fetching.js";
export { FileService } from "./gen/sentry_scm_grpc/v1/files_pb.js";
export { CheckService } from "./gen/sentry_scm_grpc/v1/checks_pb.js";
export { LookupService } from "./gen/sentry_scm_grpc/v1/lookup_pb.js";
export { PullRequestService } from "./gen/sentry_scm_grpc/v1/pull_requests_pb.js";
export { RefService } from "./gen/sentry_scm_grpc/v1/refs_pb.js";
export { ScmService } from "./gen/sentry_scm_grpc/v1/scm_pb.js";
export { pages } from "./pages.js";
export { signature, type HmacKey } from "./signing.js";
