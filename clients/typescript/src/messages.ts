// The messages and enums of the contract, with their schemas.
export * from "./gen/sentry_scm_grpc/v1/files_pb.js";
export * from "./gen/sentry_scm_grpc/v1/checks_pb.js";
export * from "./gen/sentry_scm_grpc/v1/lookup_pb.js";
export * from "./gen/sentry_scm_grpc/v1/pull_requests_pb.js";
export * from "./gen/sentry_scm_grpc/v1/refs_pb.js";
export * from "./gen/sentry_scm_grpc/v1/scm_pb.js";
