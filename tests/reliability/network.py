"""A machine of its own, as far as the network is concerned: a namespace with one cable to its clients and one to its
database and cache, which can be pulled. Needs root and iproute2: without them a test fails.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass
class Machine:
    name: str
    #: Where clients call it.
    address: str
    #: Where it calls its database and its cache, over the cable that can be pulled.
    services: str
    _cable: str

    def command(self, *command: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *command]

    @contextlib.contextmanager
    def cut_off(self) -> Iterator[None]:
        """No packet gets through, and nobody is told."""
        ip("link", "set", self._cable, "down")
        try:
            yield
        finally:
            ip("link", "set", self._cable, "up")


@contextlib.contextmanager
def a_machine() -> Iterator[Machine]:
    name, number = f"scm{os.getpid()}", os.getpid() % 250
    ip("netns", "add", name)
    try:
        for cable, third in (("c", number), ("s", number + 1)):
            near, far = f"{name}{cable}", f"{name}{cable}f"
            ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
            ip("addr", "add", f"10.203.{third}.1/30", "dev", near)
            ip("link", "set", near, "up")
            ip("-n", name, "addr", "add", f"10.203.{third}.2/30", "dev", far)
            ip("-n", name, "link", "set", far, "up")
        ip("-n", name, "link", "set", "lo", "up")
        yield Machine(name, f"10.203.{number}.2", f"10.203.{number + 1}.1", f"{name}s")
    finally:
        ip("netns", "del", name)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, timeout=10)
