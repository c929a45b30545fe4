"""The lines of a diff on which comments are written."""

from __future__ import annotations

import time
from typing import Any

from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.review_places import HEAD, Line, Wanted, diff_places
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


def test_many_comments_in_a_long_file_take_no_time() -> None:
    """The diff is read once. If each comment read it, this would take ten seconds."""
    count = 30_000
    hunks = f"@@ -0,0 +1,{count} @@\n".encode() + b"+x\n" * count
    diff = refs_pb2.FileDiff(change=pb.FileChange(path="a"), hunks=hunks)
    positions = [pulls.ReviewPosition(path="a", side=HEAD, line=count - number) for number in range(100)]
    before = time.process_time()
    places: list[Any] = diff_places([Wanted("position", one) for one in positions], lambda wanted, at: Page([diff]))
    assert time.process_time() - before < 3
    assert [place.last for place in places] == [Line(0, one.line, (0, one.line)) for one in positions]
