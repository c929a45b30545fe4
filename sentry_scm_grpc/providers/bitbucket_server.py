"""Bitbucket Server and Data Center, which have no issue tracker: https://developer.atlassian.com/server/bitbucket/rest/"""

from __future__ import annotations

from sentry_scm_grpc.providers.reading import value
from sentry_scm_grpc.providers.vendor import OWNER_AND_NAME, Vendor
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketServerAdapter(Vendor):
    key = "bitbucket_server"
    name = "Bitbucket Server"
    provider = pb.PROVIDER_BITBUCKET_SERVER

    identifier_format = OWNER_AND_NAME
    identifier_example = "KEY/slug"

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        project, _, slug = identifier.partition("/")
        found = self.http.get(f"/rest/api/1.0/projects/{project}/repos/{slug}")
        name = f"{value(found, 'project', 'key')}/{value(found, 'slug')}"
        base_url = self.live.model.metadata["base_url"]
        return pb.RemoteRepository(
            identifier=name,
            name=name,
            url=f"{base_url}/projects/{value(found, 'project', 'key')}/repos/{value(found, 'slug')}/browse",
            external_id=str(value(found, "id")),
            config={"name": name, "project": value(found, "project", "key")},
        )
