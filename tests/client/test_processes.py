"""The client alone: what it imports, what a fork does to it, and that its types are those of the contract."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.client.site import Scm

ROOT = Path(__file__).parents[2]

WITHOUT_THE_SERVER = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("django", "environ", "grpc", "sonora"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from sentry_scm_grpc.client import ScmClient

with ScmClient(sys.argv[1], api_key="scm_key") as client:
    assert client.get_repository(repository_id=7).id == 0
    assert list(client.stream_commits(repository_id=7)) == []
    assert list(client.call("GetRepository", {"repository_id": 7})) == [{}]
print(*sorted(name for name in sys.modules if name.startswith("sentry_scm_grpc.")))
"""

FORKED = """
import os, signal, sys
from sentry_scm_grpc.client import ScmClient

def in_child(call):
    child = os.fork()
    if not child:
        signal.alarm(20)  # a call that hangs is no pass
        try:
            call()
        except RuntimeError as error:
            assert "forked" in str(error)
            os._exit(9)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

client = ScmClient(sys.argv[1])
print(in_child(lambda: client.get_repository(repository_id=7)))
client.get_repository(repository_id=7)
print(in_child(lambda: client.get_repository(repository_id=7)))
"""


def run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout


def test_it_needs_neither_django_nor_the_server(scm: Scm) -> None:
    loaded = run(WITHOUT_THE_SERVER, scm.url).split()
    # The contract as data gives the methods their words. Policy is read from the descriptor alone. Signatures and
    # bytes in JSON have one form on both sides.
    assert sorted(name for name in loaded if not name.startswith(("sentry_scm_grpc.client", "sentry_scm_grpc.v1"))) == [
        "sentry_scm_grpc.contract",
        "sentry_scm_grpc.rpc",
        "sentry_scm_grpc.rpc.json_values",
        "sentry_scm_grpc.rpc.policy",
        "sentry_scm_grpc.rpc.signature",
    ]


def test_a_fork_before_the_first_call_is_fine_and_one_after_it_is_no_hang(scm: Scm) -> None:
    assert run(FORKED, scm.url).split() == ["0", "9"]


def test_the_types_are_those_of_the_contract(tmp_path: Path) -> None:
    made = tmp_path / "methods.pyi"
    subprocess.run([sys.executable, ROOT / "scripts/generate-client-stubs", made], cwd=ROOT, check=True, timeout=60)
    stored = ROOT / "sentry_scm_grpc/client/methods.pyi"
    assert made.read_text() == stored.read_text(), "run scripts/generate-client-stubs"
    subprocess.run([sys.executable, ROOT / "scripts/generate-message-stubs", made], check=True, timeout=60)
    assert made.read_text() == (ROOT / "clients/python/scm_pb2.pyi").read_text(), "run scripts/generate-message-stubs"
