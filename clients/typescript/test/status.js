// google.rpc.Status, as errors carry it, made from its descriptor: a test needs no generated code of its own.
import { create, createFileRegistry } from "@bufbuild/protobuf";
import { anyPack, AnySchema, FileDescriptorProtoSchema, FileDescriptorSetSchema, file_google_protobuf_any } from "@bufbuild/protobuf/wkt";

const field = (name, number, type, label, typeName) => ({ name, number, type, label, typeName });
const [INT32, STRING, MESSAGE, ONE, MANY] = [5, 9, 11, 1, 3];
const file = create(FileDescriptorProtoSchema, {
  name: "google/rpc/status.proto",
  package: "google.rpc",
  syntax: "proto3",
  dependency: ["google/protobuf/any.proto"],
  messageType: [
    {
      name: "Status",
      field: [
        field("code", 1, INT32, ONE),
        field("message", 2, STRING, ONE),
        field("details", 3, MESSAGE, MANY, `.${AnySchema.typeName}`),
      ],
    },
  ],
});
const files = create(FileDescriptorSetSchema, { file: [file_google_protobuf_any.proto, file] });

export const StatusSchema = createFileRegistry(files).getMessage("google.rpc.Status");
export { anyPack };
