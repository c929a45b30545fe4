"""How Bitbucket Server's API is asked: paths, pages, and the meaning of refusals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sentry_scm_grpc.providers.vendor.absence import Lack, lack_by_status
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.reading import number, rows, text
from sentry_scm_grpc.providers.vendor.repositories import Repositories
from sentry_scm_grpc.providers.vendor.statuses import error_of_status

PER_PAGE = 100

# By the class of the exception. Its package is com.atlassian.bitbucket, and com.atlassian.stash before 4.0.
_LACKS = {
    "NoSuchRepositoryException": Lack.REPOSITORY,
    "NoSuchProjectException": Lack.REPOSITORY,
    # The owner of a personal repository.
    "NoSuchUserException": Lack.REPOSITORY,
    "NoSuchCommitException": Lack.REF,
    "NoSuchChangesetException": Lack.REF,
    "NoSuchBranchException": Lack.REF,
    "NoSuchTagException": Lack.REF,
    "NoSuchRefException": Lack.REF,
    "NoDefaultBranchException": Lack.REF,
    "EmptyRepositoryException": Lack.REF,
    "NoSuchPathException": Lack.PATH,
    "NoSuchObjectException": Lack.REF_OR_PATH,
}


class BitbucketServerApi(Repositories):
    @cached_property
    def place(self) -> tuple[str, str]:
        """The repository's project key and slug."""
        project, _, slug = self.installation.identifier().partition("/")
        return project, slug

    @property
    def path(self) -> str:
        project, slug = self.place
        return f"/rest/api/1.0/projects/{quoted(project)}/repos/{quoted(slug)}"

    @property
    def _base(self) -> str:
        address: str = self.live.model.metadata["base_url"]
        return address.rstrip("/")

    def lack_of(self, status: int, told: Any) -> Lack | None:
        """The name of the exception says what is missing. It does not depend on the status or the language."""
        errors = told.get("errors") if isinstance(told, Mapping) else None
        for error in errors if isinstance(errors, list) else []:
            name = text(error, "exceptionName").rpartition(".")[2]
            if name in _LACKS and 400 <= status < 500:
                return _LACKS[name]
            if name == "CaptchaRequiredAuthenticationException":
                raise error_of_status(401)
            # The server also answers 401 to authenticated users without permission.
            if name == "AuthorisationException" and status == 401:
                raise error_of_status(403)
        return lack_by_status(status, told)

    def _page(
        self, path: str, params: Mapping[str, Any], position: Any, **options: Any
    ) -> tuple[list[Mapping[str, Any]], int | None]:
        """A page, and the start of the next page, which is its position."""
        answer = self.http.get(path, {"limit": PER_PAGE, **params, "start": position or 0}, **options)
        return rows(answer, "values"), following(answer)


def following(answer: Any, name: str = "nextPageStart") -> int | None:
    """Where the next page starts. If the server does not say, it is after the items of this page.

    A page that says neither whether it is the last nor where the next starts is the last.
    """
    found, last, after = answer.get("values"), answer.get("isLastPage"), number(answer, name)
    if last is True or (last is None and not after) or not isinstance(found, list) or not found:
        return None
    return after or number(answer, "start") + len(found)


def at_ref(ref: str) -> dict[str, str]:
    return {} if ref in ("", "HEAD") else {"at": ref}
