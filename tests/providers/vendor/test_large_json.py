"""Large JSON is decoded as by ``json.loads``, without blocking the interpreter."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.errors import DeadlineExceeded
from sentry_scm_grpc.providers.vendor import large_json
from sentry_scm_grpc.rpc.budget import Budget, spending
from tests.holding import LONGEST_HOLD, Watch

_ATOMS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=40))
_VALUES = st.recursive(
    _ATOMS,
    lambda below: st.one_of(st.lists(below, max_size=6), st.dictionaries(st.text(max_size=6), below, max_size=6)),
)


@pytest.fixture(autouse=True)
def _windows_are_small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "large" not in request.node.name:
        monkeypatch.setattr(large_json, "_WINDOW", 16)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(value=_VALUES, indent=st.sampled_from([None, 0, 3]), ascii=st.booleans())
def test_values_are_decoded_as_by_json_loads(value: Any, indent: int | None, ascii: bool) -> None:
    body = json.dumps(value, indent=indent, ensure_ascii=ascii).encode("utf-8", "surrogatepass")
    try:
        expected = json.loads(body)
        body.decode()
    except ValueError:
        return
    assert large_json.loads(body) == expected


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(value=_VALUES, cut=st.integers(0, 200), put=st.sampled_from(["", ",", "]", "}", "1", '"', ":", " x"]))
def test_invalid_json_is_refused_as_by_json_loads(value: Any, cut: int, put: str) -> None:
    text = json.dumps(value)
    body = (text[:cut] + put + text[cut + 1 :]).encode()
    try:
        # A cut may leave half of a pair of surrogates.
        expected = json.loads(re.sub("[\ud800-\udfff]", "\ufffd", json.dumps(json.loads(body), ensure_ascii=False)))
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 (its text is nobody's)
            large_json.loads(body)
    else:
        assert large_json.loads(body) == expected


def test_a_large_answer_does_not_hold_the_interpreter() -> None:
    row = {"path": "src/module/file.py", "mode": "100644", "type": "blob", "sha": "0" * 40, "size": 12}
    body = json.dumps({"tree": [{**row, "size": number} for number in range(200_000)], "truncated": False}).encode()
    with Watch() as watch:
        found = large_json.loads(body)
    assert [entry["size"] for entry in found["tree"]] == list(range(200_000))
    assert watch.longest < LONGEST_HOLD


def test_a_large_answer_of_empty_values_is_refused() -> None:
    with pytest.raises(large_json.TooManyValues):
        large_json.loads(b"[" + b"[]," * large_json.MAX_VALUES + b"[]]")


def test_a_large_answer_ends_with_the_call() -> None:
    with spending(Budget(0.0)), pytest.raises(DeadlineExceeded):
        large_json.loads(b"[" + b"1," * 100_000 + b"1]")


def test_deep_nesting_is_an_error_and_not_a_crash() -> None:
    with pytest.raises(ValueError, match="deep"):
        large_json.loads(b"[" * 100_000 + b"]" * 100_000)


@pytest.mark.parametrize("length", [0, 100_000])
@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\ud83d\ude00", "\U0001f600"),
        (r"x\ud83d", "x\ufffd"),
        (r"\ude00x", "\ufffdx"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"\\ud83d", r"\ud83d"),
        (r"\\\ud83d", "\\\ufffd"),
        (r"\u00e9\n", "é\n"),
    ],
)
def test_half_a_character_is_replaced(written: str, read: str, length: int) -> None:
    body = f'["{written}", "{"x" * length}"]'.encode()
    assert large_json.loads(body) == [read, "x" * length]
