"""The WSGI application that test_servers runs on real servers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import grpc

from sentry_scm_grpc.v1 import scm_pb2
from tests.client.site import Scm
from tests.client.site import application as application_of

scm = Scm()  # type: ignore[abstract]
ended = threading.Event()


def _repository(request: scm_pb2.GetRepositoryRequest, context: grpc.ServicerContext) -> scm_pb2.Repository:
    """Echoes the id, and says on which connection the call came."""
    return scm_pb2.Repository(id=request.repository_id, url=context.peer())


def _commits(request: Any, context: grpc.ServicerContext) -> Iterator[scm_pb2.Commit]:
    """Never ends by itself; what a buffer on the way holds is soon full."""
    try:
        while True:
            yield scm_pb2.Commit(message="x" * 100_000)
    finally:
        ended.set()


def _ended(request: Any, context: grpc.ServicerContext) -> scm_pb2.CheckFileResponse:
    """Says whether the endless stream has ended, waiting a little for it."""
    return scm_pb2.CheckFileResponse(exists=ended.wait(30))


scm.answers = {"GetRepository": _repository, "StreamCommits": _commits, "CheckFile": _ended}
application = application_of(scm)
