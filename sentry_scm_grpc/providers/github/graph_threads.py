"""The threads of a pull request by GraphQL, which alone tells whether one is resolved, and resolves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.github.graph_query import GraphQuery
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.reading import bad_answer, count, rows, string, text, value

#: Threads in one query, each with at most 100 comments.
THREADS_PER_QUERY = 50
_THREAD = (
    "id isResolved isOutdated path line startLine originalLine originalStartLine diffSide"
    " comments(first: 100) { nodes { fullDatabaseId body createdAt updatedAt url author { login }"
    " replyTo { fullDatabaseId } commit { oid } originalCommit { oid } } pageInfo { hasNextPage } }"
)


class ThreadsOfGraph(GraphQuery):
    def review_threads(self, number: int, after: str | None) -> tuple[list[Mapping[str, Any]], str | None]:
        """A page of the threads of a pull request, and the position of the next page. Raises Absent."""
        pull = self._ask_for(
            "pullRequest",
            "query($owner: String!, $name: String!, $number: Int!, $after: String)",
            f"pullRequest(number: $number) {{ reviewThreads(first: {THREADS_PER_QUERY}, after: $after)"
            f" {{ nodes {{ {_THREAD} }} pageInfo {{ hasNextPage endCursor }} }} }}",
            "",
            {"number": number, "after": after},
        )
        if not isinstance(pull, Mapping):
            raise Absent()
        found = value(pull, "reviewThreads")
        more = bool(value(found, "pageInfo").get("hasNextPage"))
        return rows(found, "nodes"), string(found, "pageInfo", "endCursor") if more else None

    def resolve_thread(self, number: int, id: str, *, resolved: bool) -> Mapping[str, Any]:
        """Resolves a thread of a pull request or opens it again, unless it is so already. Raises Absent.

        An id may name a thread of any repository, so it is first asked whose it is.
        https://docs.github.com/en/graphql/reference/pulls#mutation-resolvereviewthread
        """
        whose = "pullRequest { number repository { id } }"
        found = self._told(
            "query($owner: String!, $name: String!, $id: ID!) { repository(owner: $owner, name: $name) { id }"
            f" node(id: $id) {{ ... on PullRequestReviewThread {{ {_THREAD} {whose} }} }} }}",
            {"owner": self._owner, "name": self._name, "id": id},
        )
        thread, repository = found.get("node"), text(found, "repository", "id")
        if (
            not isinstance(thread, Mapping)
            or not repository
            or text(thread, "pullRequest", "repository", "id") != repository
            or count(thread, "pullRequest", "number") != number
        ):
            raise Absent()
        if (thread.get("isResolved") is True) is resolved:
            return thread
        name = "resolveReviewThread" if resolved else "unresolveReviewThread"
        answer = self._told(
            f"mutation($id: ID!) {{ {name}(input: {{threadId: $id}}) {{ thread {{ {_THREAD} }} }} }}",
            {"id": id},
            writes=True,
        )
        changed = value(answer, name, "thread")
        if not isinstance(changed, Mapping):
            raise bad_answer()
        return changed
