"""How GitHub's API is asked: paths, pages, searches, and the meaning of refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, Unavailable
from sentry_scm_grpc.providers.github.graph import Graph
from sentry_scm_grpc.providers.github.review_refusals import check_review_refusal
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.errors import no_merge_base, ref_not_found
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.pages import SEARCH_TIMED_OUT, VENDOR_LIMIT
from sentry_scm_grpc.providers.vendor.reading import number, rows, text
from sentry_scm_grpc.providers.vendor.statuses import error_of_status

PER_PAGE = 100
#: GitHub's limits on a search: results, and characters of the query.
SEARCH_RESULTS = 1000
SEARCH_CHARACTERS = 256


class GitHubApi(Commits):
    #: The path of the GraphQL API.
    graph_path = "/graphql"

    @cached_property
    def full_name(self) -> str:
        """The repository's "owner/name"."""
        return self.installation.identifier()

    @property
    def path(self) -> str:
        return f"/repos/{quoted_path(self.full_name)}"

    @property
    def _web(self) -> str:
        """The address of the repository's pages."""
        known = self.repository.url if self.repository else ""
        return known.rstrip("/") or f"https://{self.live.model.metadata['domain_name'].split('/')[0]}/{self.full_name}"

    @cached_property
    def graph(self) -> Graph:
        return Graph(self.http, self.graph_path, self.full_name, self.key, self.check_repository)

    def rate_limit_of(self, path: str) -> str:
        if path.endswith("/graphql"):
            return "graphql"
        return {"/search/code": "code_search"}.get(path, "search" if path.startswith("/search/") else "core")

    def lack_of(self, status: int, told: Any) -> Lack | None:
        """A 404 of GitHub never says what is missing. A 422 does, and so does the 409 of an empty repository."""
        said = text(told, "message").lower()
        if "generating this diff" in said or "diff is taking too long" in said:
            raise Unavailable(
                "GitHub could not make the diff of this commit, which may be too large. Repeat the call later.",
                reason="DIFF_UNAVAILABLE",
            )
        if status == 404 and "no common ancestor" in said:
            raise no_merge_base()
        if status == 403 and "number of login attempts" in said:
            raise error_of_status(401)
        if status == 410 and "was deleted" in said:
            return Lack.UNKNOWN  # A deleted issue. A 410 without these words means that issues are switched off.
        if "no commit found" in said or (status == 409 and "empty" in said):
            return Lack.REF
        if status == 422:
            check_review_refusal(told)
        if status == 422 and any("cannot be searched" in problem.lower() for problem in problems_of(told)):
            return Lack.REPOSITORY
        return super().lack_of(status, told)

    def _page(self, path: str, params: Mapping[str, Any], position: Any, **options: Any) -> tuple[Any, int | None]:
        """A page, and the number of the next page. A position is a page number."""
        page = position or 1
        answer = self.http.fetch(path, {**params, "per_page": PER_PAGE, "page": page}, **options)
        return answer.data, page + 1 if answer.next_url else None

    def _account(self, position: Any) -> tuple[list[Mapping[str, Any]], int | None]:
        """The repositories of the account. An installation without an app says where they are listed."""
        known = self.live.model.metadata
        path = known.get("repositories_path", "/installation/repositories")
        answer, after = self._page(path, known.get("repositories_params", {}), position)
        return (rows(answer) if isinstance(answer, list) else rows(answer, "repositories")), after

    def _search(
        self, path: str, query: str, place: str, qualifier: str, position: Any, **params: str
    ) -> tuple[list[Mapping[str, Any]], int | None, str]:
        """Searches for consecutive words. GitHub ignores punctuation, so quotes can be removed.

        Returns results, the next page, and the reason why results may be missing.
        https://docs.github.com/en/rest/search/search#timeouts-and-incomplete-results
        """
        words = re.sub(r'["\\]', " ", query)
        if not re.search(r"\w", words):
            raise InvalidArgument.of(
                ("query", "must contain a letter or a digit: GitHub does not search for punctuation")
            )
        if len(words) > SEARCH_CHARACTERS:
            raise InvalidArgument.of(("query", f"must have at most {SEARCH_CHARACTERS} characters at GitHub"))
        try:
            found, after = self._page(path, {"q": f'"{words}" repo:{place} {qualifier}', **params}, position)
        except InvalidArgument:
            # A 422 may mean that GitHub does not know the repository, but does not always say so.
            self.check_repository(place)
            raise
        items, incomplete = rows(found, "items"), ""
        if found.get("incomplete_results"):
            incomplete = SEARCH_TIMED_OUT
        elif number(found, "total_count") > SEARCH_RESULTS:
            incomplete = VENDOR_LIMIT
        return items, after if after and after <= SEARCH_RESULTS // PER_PAGE else None, incomplete

    @contextmanager
    def _ref_at_fault(self, ref: str) -> Iterator[None]:
        """For a read of something that every ref has. If it is absent, the ref or the repository is missing.

        An Absent passes for a repository without commits.
        """
        try:
            yield
        except InvalidArgument:
            if ref:
                self.look_up(ref)
            raise
        except Absent as absence:
            if absence.lack is Lack.REF:
                raise
            self.confirm(absence, ref)
            raise ref_not_found(ref) from None


def problems_of(found: Any) -> list[str]:
    """GitHub's messages about an invalid request.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed
    """
    problems = found.get("errors") if isinstance(found, Mapping) else None
    return [text(problem, "message") for problem in problems] if isinstance(problems, list) else []
