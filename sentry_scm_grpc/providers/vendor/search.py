"""Code search."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, ClassVar

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, Unimplemented
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.errors import ref_not_found
from sentry_scm_grpc.providers.vendor.pages import Page, fill
from sentry_scm_grpc.providers.vendor.repositories import Repositories
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb


class CodeSearch(Repositories):
    """SearchCode."""

    permissions = {"search_code": Permission.READ_CODE}

    #: Whether the vendor returns the lines, so that a case-sensitive search can be filtered here.
    search_tells_lines: ClassVar[bool] = False
    #: Whether the vendor can search other refs than the default branch.
    search_takes_ref: ClassVar[bool] = False

    @abstractmethod
    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        """Matches of a literal text. The adapter quotes it for the vendor."""

    def search_code(self, call: Call, request: pb.SearchCodeRequest) -> pb.SearchCodeResponse:
        if any(character in request.query for character in "\r\n"):
            raise InvalidArgument.of(("query", "must be a single line: matches are found line by line"))
        if request.case_sensitive and not self.search_tells_lines:
            raise self._cannot("distinguish upper from lower case", "case_sensitive")
        if request.ref and not self.search_takes_ref and request.ref != self.default_ref:
            raise self._cannot("search other branches than the default branch", "ref")

        def fetch(ref: str, position: Any) -> Page[pb.CodeMatch]:
            try:
                page = self.fetch_matches(request.query, request.path, ref, position)
            except Absent as absence:
                if absence.lack is Lack.REF:
                    raise ref_not_found(ref) from None
                self.check_repository()
                raise self._search_is_off() from None
            fitting = [match for match in page.items if _matches(match, request)]
            return Page(fitting, page.next, page.ref, page.incomplete)

        found = fill(call, request.ref, fetch)
        return pb.SearchCodeResponse(matches=found.items, **found.fields)

    def _search_is_off(self) -> FailedPrecondition:
        return FailedPrecondition(
            f"{self.name} has the repository, but no code search for it. Switch on or install its code search.",
            reason="VENDOR_DISABLED",
        )

    def _cannot(self, what: str, field: str) -> Unimplemented:
        return Unimplemented(
            f"{self.name} cannot {what} in a search. Leave {field} unset.",
            metadata={"provider": self.key, "field": field},
        )


def _matches(match: pb.CodeMatch, request: pb.SearchCodeRequest) -> bool:
    if request.path and match.path != request.path and not match.path.startswith(request.path.rstrip("/") + "/"):
        return False
    return not request.case_sensitive or request.query in match.line


def literal(query: str) -> re.Pattern[str]:
    """A pattern for exactly this text, without regard to case."""
    return re.compile(re.escape(query), re.IGNORECASE)
