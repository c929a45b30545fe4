"""Pure parts: the published vectors hold, no text but a signature is read as one, no setting fails to be explained."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.client import HmacSigner
from sentry_scm_grpc.conf.signing_keys import read_keys
from sentry_scm_grpc.rpc import signature
from tests.auth.signed import NEW, key

VECTORS = json.loads((Path(__file__).parents[2] / "examples/signing/vectors.json").read_text())
GOOD = "v1;key=reports;time=1764000000;nonce=0123456789abcdef;organization=1;hmac=" + "0" * 64


def verified(vector: Any) -> bool:
    """Whether a header is right, as the server decides it, the clock and the nonce aside."""
    given = signature.read(vector["header"])
    if given is None:
        return False
    message = b64decode(vector["message_base64"])
    string = signature.string_to_sign(given.head, vector["path"], vector["encoding"], message)
    return signature.sign(vector["secret"].encode(), string) == given.hmac


@pytest.mark.parametrize("vector", VECTORS["good"], ids=lambda vector: vector["name"])
def test_good_vectors(vector: Any) -> None:
    head = signature.head_of(vector["key"], vector["time"], vector["nonce"], vector["organization"])
    message = b64decode(vector["message_base64"])
    string = signature.string_to_sign(head, vector["path"], vector["encoding"], message)
    assert string.decode() == vector["string_to_sign"]
    assert f"{head};hmac={signature.sign(vector['secret'].encode(), string)}" == vector["header"]
    assert verified(vector)


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=lambda vector: vector["name"])
def test_bad_vectors(vector: Any) -> None:
    assert not verified(vector)


def test_the_client_signs_what_the_server_reads() -> None:
    signer = HmacSigner("reports", "s" * 32, 7)
    first, second = (signer.headers("/a.B/C", b"message", "json")["x-signature"] for _ in range(2))
    read, again = signature.read(first), signature.read(second)
    assert read is not None
    assert again is not None
    assert (read.key_id, read.organization_id) == ("reports", 7)
    assert read.nonce != again.nonce
    string = f"{read.head}\n/a.B/C\njson\n{hashlib.sha256(b'message').hexdigest()}"
    assert read.hmac == hmac.new(b"s" * 32, string.encode(), "sha256").hexdigest()
    assert "s" * 32 not in repr(signer)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a key", "s" * 32, 1), "not a key id"),
        (("", "s" * 32, 1), "not a key id"),
        (("k", "s" * 32 + "\n", 1), "line break"),
        (("k", "", 1), "empty"),
        (("k", "s" * 32, 0), "from 1"),
    ],
)
def test_a_signer_says_what_it_cannot_take(arguments: tuple[str, str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        HmacSigner(*arguments)
    assert "s" * 32 not in str(raised.value)


@examples(deadline=None)
@given(st.text() | st.binary() | st.from_regex(r"v1;key=.*;time=.*;nonce=.*;organization=.*;hmac=.*"))
@example(GOOD + "\n")
@example(GOOD.replace("1764", "١٧٦٤"))
def test_no_input_fails_and_what_is_read_is_written_the_same(value: str | bytes) -> None:
    found = signature.read(value)
    if found is not None:
        head = signature.head_of(found.key_id, found.time, found.nonce, found.organization_id)
        assert value == f"{head};hmac={found.hmac}"


@examples(deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.characters())
def test_one_changed_character_makes_another_signature_or_none(place: int, character: str) -> None:
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    assert changed == GOOD or signature.read(changed) != signature.read(GOOD)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([NEW, "*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["k", "", "secrets", "scopes", "organizations", "expires"]), inner)
    ),
    max_leaves=10,
)


@examples(deadline=None)
@given(ANYTHING)
def test_whatever_stands_in_the_setting_is_read_or_explained(value: Any) -> None:
    for setting in (value, json.dumps(value), {"k": value}, {"k": key(value)}, {"k": key(expires=value)}):
        assert NEW not in explained(setting)


def explained(setting: Any) -> str:
    try:
        read_keys(setting)
    except ValueError as error:
        return str(error)
    return ""
