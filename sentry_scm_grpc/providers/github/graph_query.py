"""How GitHub's GraphQL API is asked about one repository, and what its errors mean. https://docs.github.com/en/graphql

Values are sent as variables, never in the text of a query. A ref is an ``expression`` of git-rev-parse(1), so it may be
a SHA or a branch. The validation of requests refuses the operators of such expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sentry_scm_grpc.errors import PermissionDenied, ResourceExhausted, ScmError
from sentry_scm_grpc.providers.vendor.absence import Absent, repository_lost
from sentry_scm_grpc.providers.vendor.http import Http
from sentry_scm_grpc.providers.vendor.quota import RETRY_AFTER
from sentry_scm_grpc.providers.vendor.reading import bad_answer, rows, text
from sentry_scm_grpc.providers.vendor.statuses import error_of_status, unreachable


class GraphQuery:
    """The GraphQL API for one repository, "owner/name"."""

    def __init__(self, http: Http, path: str, name: str, key: str, check_repository: Callable[[], None]) -> None:
        self._http = http
        self._path = path
        self._owner, _, self._name = name.partition("/")
        self._key = key
        self._check_repository = check_repository

    def _ask_for(self, name: str, head: str, asked: str, parts: str, values: Mapping[str, str | int | None]) -> Any:
        """One thing of the repository, by its name in the query. Raises the error for it, and those of ``_ask``."""
        answer, failed = self._ask(head, asked, parts, values)
        if error := failed.get(name) or failed.get(""):
            raise error
        return answer.get(name)

    def _mutate(self, name: str, sent: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Asks for a mutation. Returns the errors: none if it was done."""
        kind = f"{name[0].upper()}{name[1:]}Input"
        query = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ clientMutationId }} }}"
        told = self._http.post(self._path, {"query": query, "variables": {"input": sent}})
        errors = _errors_in(told)
        if not errors and not (isinstance(told, Mapping) and isinstance(told.get("data"), Mapping)):
            raise bad_answer()
        return errors

    def _ask(
        self, head: str, asked: str, parts: str, values: Mapping[str, str | int | None]
    ) -> tuple[Mapping[str, Any], Mapping[str, ScmError]]:
        """The repository in the response, and the errors by the names in the query; "" stands for the whole query.

        GitHub answers 200 with errors, and null for each failed part. Only the errors distinguish a failed part from a
        missing one.
        """
        query = f"{head} {{ repository(owner: $owner, name: $name) {{ {asked} }} }} {parts}"
        variables = {"owner": self._owner, "name": self._name, **values}
        try:
            answer = self._http.query(self._path, {"query": query, "variables": variables})
        except Absent:
            # The API itself is missing, for example behind a proxy that passes only REST.
            self._check_repository()
            raise bad_answer() from None
        if not isinstance(answer, Mapping):
            raise bad_answer()
        data = answer.get("data")
        repository = data.get("repository") if isinstance(data, Mapping) else None
        errors = rows(answer, "errors") if answer.get("errors") or not isinstance(repository, Mapping) else []
        if not isinstance(repository, Mapping):
            raise _error_of(errors) or (unreachable() if _is_failure(errors) else bad_answer())
        failed = {}
        for error in errors:
            kind, path = text(error, "type"), error.get("path")
            if kind != "NOT_FOUND":
                at = str(path[1]) if isinstance(path, list) and len(path) > 1 else ""
                failed[at] = _error_of([error]) or unreachable()
        return repository, failed

    def _told(self, query: str, values: Mapping[str, str], *, writes: bool = False) -> Mapping[str, Any]:
        """What GitHub answers to a query about more than a repository. Raises Absent for a node that does not exist."""
        send = self._http.post if writes else self._http.query
        told = send(self._path, {"query": query, "variables": values})
        errors = _errors_in(told)
        if any("node" in (error.get("path") or ()) for error in errors):
            raise Absent()
        data = told.get("data") if isinstance(told, Mapping) else None
        if errors or not isinstance(data, Mapping):
            raise refusal_of(errors) or unknown_refusal(errors, 409)
        return data


def _errors_in(told: Any) -> Sequence[Mapping[str, Any]]:
    return rows(told, "errors") if isinstance(told, Mapping) and told.get("errors") else []


def _error_of(errors: Sequence[Mapping[str, Any]]) -> ScmError | None:
    """What GitHub's errors mean, by their types. None if the types say nothing."""
    kinds = {text(error, "type") for error in errors}
    if "NOT_FOUND" in kinds:
        return repository_lost()
    # The error for a repository that GitHub has blocked has no type.
    if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES"} or any("blocked" in text(error, "message") for error in errors):
        return PermissionDenied(
            "GitHub does not allow this to the integration. Give the app access to the repository's contents.",
            reason="VENDOR_FORBIDDEN",
        )
    # The HTTP layer finds most of these by the headers. GitHub uses both types.
    if kinds & {"RATE_LIMITED", "RATE_LIMIT"} or any("rate limit" in text(error, "message") for error in errors):
        return ResourceExhausted(
            "GitHub's rate limit is used up. Wait, then repeat the call.",
            reason="VENDOR_RATE_LIMITED",
            retry_after=RETRY_AFTER,
        )
    return None


def refusal_of(errors: Sequence[Mapping[str, Any]]) -> ScmError | None:
    """What GitHub's errors about a write mean. A rule of the repository has no type of its own."""
    if error := _error_of(errors):
        return error
    said = " ".join(text(error, "message").lower() for error in errors)
    if "protected" in said or "rule" in said:
        return PermissionDenied(
            "A rule of the repository at GitHub protects this branch. Let the app bypass it, or use another branch.",
            reason="VENDOR_FORBIDDEN",
        )
    return None if errors else bad_answer()


def unknown_refusal(errors: Sequence[Mapping[str, Any]], status: int) -> ScmError:
    """The error where GitHub tells no more than the type of a refusal. Failures of GitHub itself have no type."""
    if any(text(error, "type") for error in errors):
        return error_of_status(status)
    return unreachable() if _is_failure(errors) else bad_answer()


def _is_failure(errors: Sequence[Mapping[str, Any]]) -> bool:
    """Whether GitHub failed, for example by its time limit. The error for an invalid query has a code."""
    return bool(errors) and not any(text(error, "extensions", "code") for error in errors)
