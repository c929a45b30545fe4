"""The Python types of the contract's scalars and well-known messages, for the stubs of messages and of methods."""

SCALARS = {"int32": "int", "int64": "int", "bool": "bool", "string": "str", "bytes": "bytes", "double": "float"}
WELL_KNOWN = {
    "google.protobuf.Timestamp": "Timestamp",
    "google.protobuf.FieldMask": "FieldMask",
    "google.protobuf.Empty": "Empty",
}
