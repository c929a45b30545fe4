"""The web addresses of files."""

from __future__ import annotations

from abc import abstractmethod

from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.repositories import Repositories
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb


class SourceUrls(Repositories):
    """GetSourceUrl, ResolveSourceUrl, GetStacktraceLink."""

    permissions = {"get_source_url": Permission.NOTHING, "parse_source_url": Permission.NOTHING}

    @abstractmethod
    def url_of(self, path: str, ref: str, line: int) -> str:
        """The address of a file, without a call. Line 0 means no line; an empty ref means ``default_ref``."""

    @abstractmethod
    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        """What an address names, without a call. None if it is not an address of this repository."""

    def get_source_url(self, call: Call, request: pb.GetSourceUrlRequest) -> pb.SourceUrl:
        return pb.SourceUrl(url=self.url_of(request.path, request.ref, request.line_number))
