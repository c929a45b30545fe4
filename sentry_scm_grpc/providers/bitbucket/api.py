"""How Bitbucket's API is asked: paths, pages, and the meaning of refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sentry_scm_grpc.providers.vendor.absence import Lack, lack_by_status
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.http import quoted, quoted_path
from sentry_scm_grpc.providers.vendor.pages import is_full_sha
from sentry_scm_grpc.providers.vendor.reading import bad_answer, rows, text

PER_PAGE = 100

# How error messages begin. Only a 404 says that a ref or a path is missing.
_LOST = re.compile(
    r"Repository (\S+ )?(not found|does not exist|is gone|has been deleted|has moved)|(There is )?No workspace\b"
    r"|You may not have access to this repository|The requested repository either does not exist",
    re.IGNORECASE,
)
_NO_REF = re.compile(
    r"(Commit|Changeset|Branch|Tag|Ref|Reference|Revision)\b.{0,300}\b(not found|does not exist)"
    r"|No such (commit|changeset|branch|tag|ref|revision)\b|Unknown (commit|changeset|revision)\b",
    re.IGNORECASE | re.DOTALL,
)
_NO_PATH = re.compile(r"No such file or directory", re.IGNORECASE)


class BitbucketApi(Commits):
    @cached_property
    def full_name(self) -> str:
        """The repository's "workspace/slug"."""
        return self.installation.identifier()

    @property
    def path(self) -> str:
        return f"/2.0/repositories/{quoted_path(self.full_name)}"

    def lack_of(self, status: int, told: Any) -> Lack | None:
        """The message says what is missing. A lost repository answers 404, 403 or 410."""
        message = text(told, "error", "message").strip()
        if status in (403, 404, 410) and _LOST.match(message):
            return Lack.REPOSITORY
        if status != 404:
            return None
        if _NO_PATH.match(message):
            return Lack.PATH
        shas = told.get("data") if isinstance(told, Mapping) else None
        if _NO_REF.match(message) or (isinstance(shas, Mapping) and "shas" in shas):
            return Lack.REF
        return lack_by_status(status, told)

    def _meta(self, path: str, ref: str) -> Any:
        return self.http.get(self._src(path, ref), {"format": "meta"}, immutable=is_full_sha(ref))

    def _src(self, path: str, ref: str) -> str:
        at = ref or self.default_ref
        at = self.sha_of(at) if "/" in at else at
        return f"{self.path}/src/{quoted(at)}/{quoted_path(path) if path else ''}"

    def _page(
        self,
        path: str,
        params: Mapping[str, Any],
        position: Any,
        within: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> tuple[list[Mapping[str, Any]], dict[str, str] | None]:
        """A page, and the query of the next page. ``within`` holds parameters for every page."""
        answer = self.http.get(path, {**(position or params), **(within or {})}, **options)
        try:
            following = dict(parse_qsl(urlsplit(text(answer, "next")).query))
        except ValueError:
            raise bad_answer() from None
        return rows(answer, "values"), following or None
