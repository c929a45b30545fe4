"""The scenario service. "x-echo" and "x-echo-bin" come back as initial and as trailing metadata."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

from sentry_scm_grpc.errors import InvalidArgument
from tests.scenarios import scenarios_pb2 as pb
from tests.scenarios.scenarios_pb2_grpc import ScenarioServiceServicer

CODES = {code.value[0]: code for code in grpc.StatusCode}


class ScenarioServicer(ScenarioServiceServicer):
    def Echo(self, request: pb.EchoRequest, context: grpc.ServicerContext) -> pb.EchoResponse:
        return_metadata(context)
        data = b"d" * request.answer_bytes if request.answer_bytes else request.data
        left = context.time_remaining()
        # Without a deadline grpcio says some 292 years.
        return pb.EchoResponse(text=request.text, data=data, seconds_left=left if left and left < 1e8 else 0)

    def Nothing(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        return Empty()

    def Fail(self, request: pb.FailRequest, context: grpc.ServicerContext) -> Empty:
        return_metadata(context)
        if getattr(request, "raise"):
            if request.code:
                context.set_code(CODES[request.code])
            raise RuntimeError(request.message)
        if request.with_details:
            raise InvalidArgument.of(("text", request.message), reason="SCENARIO")
        context.abort(CODES[request.code], request.message)

    def Sleep(self, request: pb.SleepRequest, context: grpc.ServicerContext) -> Empty:
        time.sleep(request.milliseconds / 1000)
        return Empty()

    def Count(self, request: pb.CountRequest, context: grpc.ServicerContext) -> Iterator[pb.CountResponse]:
        return_metadata(context)
        for number in range(1, request.to + 1):
            yield pb.CountResponse(number=number)
            time.sleep(request.milliseconds_between / 1000)
        if request.code:
            context.abort(CODES[request.code], request.message)


def return_metadata(context: grpc.ServicerContext) -> None:
    sent: dict[str, Any] = dict(context.invocation_metadata())
    names = {"x-echo": "x-echo-{}", "x-echo-bin": "x-echo-{}-bin"}
    came = [(name, sent[key]) for key, name in names.items() if key in sent]
    if came:
        context.send_initial_metadata([(name.format("initial"), value) for name, value in came])
        context.set_trailing_metadata([(name.format("trailing"), value) for name, value in came])
