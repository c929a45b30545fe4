// What the explorer's page takes from npm: a protobuf runtime and a gRPC-Web client. scripts/build-explorer-library bundles it.
export { create, createFileRegistry, fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
export { anyUnpack, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
export { Code, ConnectError } from "@connectrpc/connect";
export { createGrpcWebTransport } from "@connectrpc/connect-web";
