"""How Jira's API is asked: paths, pages, and the meaning of refusals. The same for Cloud and Data Center."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.vendor.absence import Lack, lack_by_status
from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.providers.vendor.installation import Installation
from sentry_scm_grpc.providers.vendor.pages import MAX_VENDOR_PAGES
from sentry_scm_grpc.providers.vendor.reading import bad_answer, number, rows

PER_PAGE = 100
_FIELD = re.compile(r"[A-Za-z][\w.-]{0,63}")
#: Where the fields of an issue are in CreateExternalIssue, other than in ``metadata``.
_OWN = {"summary": "title", "description": "description", "project": "destination", "issuetype": "destination"}


class JiraApi(Vendor):
    #: What the paths of the API begin with.
    rest: ClassVar[str]

    @classmethod
    def try_installation(cls, installation: Installation) -> None:
        installation.get_client().get(f"{cls.rest}/myself")

    @abstractmethod
    def markup(self, markdown: str, mark: str = "") -> Any:
        """A text as the value of a field with markup. ``mark`` becomes its last paragraph."""

    @abstractmethod
    def text_of(self, value: Any) -> str:
        """The value of a field with markup as text."""

    def lack_of(self, status: int, told: Any) -> Lack | None:
        """Jira names the fields that it refuses. What it says of them is its own text, and not passed on."""
        refused = told.get("errors") if status == 400 and isinstance(told, Mapping) else None
        if isinstance(refused, Mapping) and refused:
            names = [name for name in refused if isinstance(name, str) and _FIELD.fullmatch(name)]
            fields = sorted({_OWN.get(name, f"metadata[{name!r}]") for name in names})
            raise InvalidArgument(
                "Jira does not accept these values. ListIssueDestinations shows which fields a destination takes.",
                reason="VENDOR_INVALID",
                violations=[(field, "is not accepted by Jira") for field in fields],
            )
        return lack_by_status(status, told)

    def _every(self, path: str, *names: str) -> Iterator[Mapping[str, Any]]:
        """The items of all pages of a list, which is under one of the names."""
        start = 0
        for _ in range(MAX_VENDOR_PAGES):
            answer = self.http.get(path, {"startAt": start, "maxResults": PER_PAGE})
            name = next((name for name in names if name in answer), names[0])
            found = rows(answer, name)
            yield from found
            start += len(found)
            total = answer.get("total")
            if (
                not found
                or answer.get("isLast") is True
                or (isinstance(total, int) and start >= number(answer, "total"))
            ):
                return
        raise bad_answer()
