"""Lists of rows as answers, without making a message for a row that has not changed since it was last listed.

To convert a row and to make its message takes ten times as long as to read it. So a ``Listed`` keeps, for each row as
the database's driver returned it, the serialized answer that has only this row's message. Serialized answers that are
joined are one answer with the elements of all, by protobuf's rules, so a page is made in one step. Every call reads its
rows, so a change is never missed, and an answer has only what the query returned.

    LIST = Listed(REPOSITORIES, pb.ListRepositoriesResponse, lambda row, answer: answer.repositories.append(...))
    answer, last = LIST.page(100, organization_id=1)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from sentry_scm_grpc.hosts.reads import ByRow, Fetched, Read, Row
from sentry_scm_grpc.rpc.call import Call

Answer = TypeVar("Answer", bound=Message)


class Listed(Generic[Row, Answer]):
    """The rows of a read as elements of an answer.

    ``put`` adds a row to an answer. What it adds may depend on nothing but the row.
    """

    def __init__(self, read: Read[Row], answer: type[Answer], put: Callable[[Row, Answer], object]) -> None:
        self._read = read
        self._answer = answer
        self._put = put
        #: Serialized answers with one element.
        self._pieces: ByRow[bytes] = ByRow()

    def page(self, size: int, **values: Any) -> tuple[Answer, Row | None]:
        """An answer with at most ``size`` rows, and the last of them if more rows follow it. One query."""
        found = self._read.fetch(size + 1, values)
        rows = found.rows[:size]
        pieces = list(map(self._pieces.of(found).get, rows))
        if None in pieces:
            pieces = [piece or self._piece(found, place) for place, piece in enumerate(pieces)]
        answer = self._answer.FromString(b"".join(pieces))  # type: ignore[arg-type]
        return answer, self._read.made(found, size - 1) if len(found.rows) > size else None

    def answer(self, call: Call, cursor: Callable[[Row], Any], **values: Any) -> Answer:
        """The call's page, with the token of the next page. ``cursor`` makes a page's place of its last row."""
        answer, last = self.page(call.page_size, **values)
        if last is not None:
            answer.next_page_token = call.next_page_token(cursor(last))  # type: ignore[attr-defined]
        return answer

    def _piece(self, found: Fetched, place: int) -> bytes:
        answer = self._answer()
        self._put(self._read.made(found, place), answer)
        piece = answer.SerializeToString()
        self._pieces.keep(self._pieces.of(found), found.rows[place], piece, len(piece))
        return piece
