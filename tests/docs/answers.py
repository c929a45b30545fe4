"""The answers that the reference shows: sentry_scm_grpc/contract/answers.json, recorded from the embedded host.

SCM_RECORD_ANSWERS=1 .venv/bin/python -m pytest tests/hosts/embedded/test_every_rpc_answers.py records them anew, and
scripts/generate-reference writes them into the pages. Without it, an answer of another shape fails the test.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

ANSWERS = Path(__file__).parents[2] / "sentry_scm_grpc/contract/answers.json"


def hold(rpc: str, messages: Sequence[Message], directory: Path) -> None:
    """Records the answer of an RPC, or holds the recorded one to its shape. ``directory`` is that of the repository."""
    text = json.dumps([json_format.MessageToDict(message) for message in messages])
    answer = shortened(json.loads(text.replace(str(directory), "/srv/git/rocket")))
    kept = json.loads(ANSWERS.read_text()) if ANSWERS.exists() else {}
    if os.environ.get("SCM_RECORD_ANSWERS"):
        made = dict(sorted({**kept, rpc: answer[0] if answer else {}}.items()))
        ANSWERS.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    elif rpc in kept and answer:
        assert shape(answer[0]) == shape(kept[rpc]), "the answer has another shape than the reference shows: record it"


def shortened(value: Any) -> Any:
    """Lists with their first item alone."""
    if isinstance(value, dict):
        return {name: shortened(each) for name, each in value.items()}
    return [shortened(each) for each in value[:1]] if isinstance(value, list) else value


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value).__name__
