"""What scripts/check-protobuf-compat runs on each pair of protobuf and grpcio. Needs nothing but these two."""

from __future__ import annotations

import importlib.metadata
import warnings
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf import empty_pb2, json_format

# From here on: what old releases of protobuf and grpcio warn of on a new Python while they load is theirs.
warnings.simplefilter("error")

from sentry_scm_grpc.rpc.policy import RPCS, field_rules  # noqa: E402
from sentry_scm_grpc.v1 import options_pb2, scm_pb2, scm_pb2_grpc  # noqa: E402


def main() -> None:
    for rpc in RPCS.values():
        assert rpc.scopes or rpc.any_credential, rpc.name
        assert rpc.method.GetOptions().Extensions[options_pb2.policy].access
    assert field_rules(scm_pb2.GetRepositoryRequest.DESCRIPTOR.fields_by_name["repository_id"]).required
    assert all(rpc.streams == rpc.name.startswith("Stream") for rpc in RPCS.values())
    assert RPCS["DeleteRepository"].response_class is empty_pb2.Empty

    commit = scm_pb2.Commit(
        id="1",
        repository_id=2**53,
        key="a" * 40,
        message="naïve ☃",
        author=scm_pb2.CommitAuthor(name="Ada"),
        file_changes=[scm_pb2.FileChange(path="a b", kind=scm_pb2.FILE_CHANGE_KIND_RENAMED, additions=3)],
        parent_keys=["b" * 40],
    )
    commit.date_added.FromJsonString("2024-02-29T12:00:00Z")
    repository = scm_pb2.Repository(id=7, provider=scm_pb2.PROVIDER_GITHUB, config={"name": "acme/rocket"})
    for message in (commit, repository):
        assert type(message).FromString(message.SerializeToString()) == message
        assert json_format.Parse(json_format.MessageToJson(message), type(message)()) == message

    # Client stubs and the servicer's registration: what changes between releases of grpcio.
    with grpc.insecure_channel("localhost:1") as channel:
        stub = scm_pb2_grpc.ScmServiceStub(channel)
        service = scm_pb2.DESCRIPTOR.services_by_name["ScmService"].full_name
        assert all(hasattr(stub, name) for name, rpc in RPCS.items() if rpc.service == service)
    server = grpc.server(ThreadPoolExecutor(1))
    scm_pb2_grpc.add_ScmServiceServicer_to_server(scm_pb2_grpc.ScmServiceServicer(), server)  # type: ignore[abstract]

    version = importlib.metadata.version
    print(f"protobuf {version('protobuf'):<8} grpcio {version('grpcio'):<8} {len(RPCS)} RPCs")


if __name__ == "__main__":
    main()
