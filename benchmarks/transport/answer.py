"""The RPC that every server answers: ListRepositories with 50 messages, built anew for each call."""

from __future__ import annotations

from typing import Any

import grpc

from sentry_scm_grpc.v1 import scm_pb2 as pb

SERVICE = "sentry.integrations.scm.v1.ScmService"
METHOD = "ListRepositories"
PATH = f"/{SERVICE}/{METHOD}"

_ROWS = [
    {
        "id": number,
        "organization_id": 1,
        "name": f"acme/repository-{number:04}",
        "url": f"https://git.example.com/acme/repository-{number:04}",
        "provider": pb.PROVIDER_GITHUB,
        "external_id": str(100_000 + number),
        "status": pb.REPOSITORY_STATUS_ACTIVE,
    }
    for number in range(1, 51)
]


def list_repositories(request: pb.ListRepositoriesRequest, context: Any) -> pb.ListRepositoriesResponse:
    response = pb.ListRepositoriesResponse()
    add = response.repositories.add
    for row in _ROWS:
        add(**row)
    return response


def handlers() -> dict[str, Any]:
    """As generated code makes them."""
    return {
        METHOD: grpc.unary_unary_rpc_method_handler(
            list_repositories,
            request_deserializer=pb.ListRepositoriesRequest.FromString,
            response_serializer=pb.ListRepositoriesResponse.SerializeToString,
        )
    }
