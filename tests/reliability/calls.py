"""Calls whose deadline the server alone keeps: the caller waits far longer, and so sees when it is answered."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sentry_scm_grpc.rpc.policy import RPCS


@dataclass(frozen=True)
class Answer:
    """``code`` is "ok" or the name of the status in lower case; ``seconds`` is how long it took."""

    code: str
    reason: str
    seconds: float
    message: dict[str, Any]


@dataclass(frozen=True)
class Caller:
    url: str
    api_key: str

    def call(self, rpc: str, deadline: float, **request: Any) -> Answer:
        return self.send(rpc, deadline, json.dumps(request).encode(), {"x-api-key": self.api_key})

    def send(self, rpc: str, deadline: float, body: bytes, credentials: dict[str, str]) -> Answer:
        headers = {"Content-Type": "application/json", "Connect-Timeout-Ms": str(int(deadline * 1000)), **credentials}
        asked = urllib.request.Request(self.url + RPCS[rpc].path, body, headers)
        began = time.monotonic()
        try:
            with urllib.request.urlopen(asked, timeout=90) as answered:
                return Answer("ok", "", time.monotonic() - began, json.load(answered))
        except urllib.error.HTTPError as error:
            seconds = time.monotonic() - began
            told = json.loads(error.read())
            reasons = [detail.get("debug", {}).get("reason", "") for detail in told.get("details", [])]
            return Answer(told["code"], next(filter(None, reasons), ""), seconds, told)

    def is_up(self) -> bool:
        try:
            self.call("ListRepositories", 20)
        except OSError:
            return False
        return True

    def succeeds(self, rpc: str, **request: Any) -> Callable[[], bool]:
        return lambda: self.call(rpc, 10, **request).code == "ok"
