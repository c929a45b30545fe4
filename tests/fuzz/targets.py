"""What coverage-guided fuzzing feeds with bytes, and what must hold for any bytes.

A target takes bytes and raises AssertionError, or anything unexpected, where the code under it has a bug. ``SEEDS`` are
inputs that reach deep; tests/fuzz/crashes holds the inputs that once failed. tests/fuzz/test_targets.py runs both,
tests/fuzz/run.py looks for more.
"""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import grpc

from sentry_scm_grpc.conf import signing_keys
from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.rpc import paging, signature
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.server.connect import describe
from sentry_scm_grpc.server.failure import RpcFailure
from sentry_scm_grpc.server.framing import RequestBody, decoding_base64, read_messages, read_one_message
from sentry_scm_grpc.server.site import site_server

VECTORS = Path(__file__).parents[2] / "examples" / "signing" / "vectors.json"
LIMIT = 4096
# What a caller without credentials can be told by the JSON door. 500 is a bug.
STATUSES = {400, 401, 404, 405, 415, 429, 501}


def frames(data: bytes) -> None:
    """The body of a gRPC-Web request: the first byte chooses text or binary, compression, one message or many."""
    choice, body = data[:1] or b"\0", data[1:]
    bits = choice[0]
    text, encoding, known_length, one = bool(bits & 1), "gzip" if bits & 2 else "identity", bits & 4, bits & 8
    environ: dict[str, Any] = {"wsgi.input": BytesIO(body)}
    environ.update({"CONTENT_LENGTH": str(len(body))} if known_length else {"wsgi.input_terminated": True})
    request = RequestBody(environ)
    try:
        if one:
            found = [read_one_message(request, text, encoding, LIMIT)]
        else:
            found = list(read_messages(decoding_base64(request.read) if text else request.read, encoding, LIMIT))
    except RpcFailure:
        return
    assert all(len(message) <= LIMIT for message in found)
    if not text and encoding == "identity":
        # Nothing is made up: the messages and their frames are the body, to its last byte.
        assert sum(len(message) + 5 for message in found) == len(body)


def page_tokens(data: bytes) -> None:
    """The page token of a list: refused, unless this service made it."""
    rpc = RPCS["ListRepositories"]
    request: Any = rpc.request_class(organization_id=1, page_token=data.decode("utf-8", "replace"))
    try:
        cursor = paging.read(rpc, 1, request)
    except InvalidArgument:
        return
    assert not request.page_token or paging.sign(rpc, 1, request, cursor), "a token that nobody signed was taken"
    assert cursor is None or request.page_token == GOOD_TOKEN


def json_door(data: bytes) -> None:
    """A request to the JSON door: a line with verb, RPC, headers and query; the body after it."""
    line, _, body = data.partition(b"\n")
    verb, name, content_type, encoding, query = (line.split(b" ") + [b""] * 5)[:5]
    path = f"/grpc/sentry.integrations.scm.v1.ScmService/{name.decode('latin-1')}"
    environ: dict[str, Any] = {
        "REQUEST_METHOD": verb.decode("latin-1") if verb in (b"GET", b"POST") else "POST",
        "PATH_INFO": path,
        "QUERY_STRING": query.decode("latin-1"),
        "CONTENT_TYPE": content_type.decode("latin-1") or "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": encoding.decode("latin-1"),
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "127.0.0.1",
    }
    answer = site_server().handle(environ)
    if answer is None:
        return
    content = b"".join(answer.body)
    assert answer.status in STATUSES, (answer.status, content)
    if "json" in dict(answer.headers).get("Content-Type", ""):
        assert json.loads(content)["code"] in {code.name.lower() for code in grpc.StatusCode}
    assert describe(path.removeprefix("/grpc")) is not None or answer.status in (404, 415)


def signatures(data: bytes) -> None:
    """The header x-signature: of every signature there is one spelling, which says all that it was read as."""
    found = signature.read(data.decode("latin-1"))
    if found is None:
        return
    head = signature.head_of(found.key_id, found.time, found.nonce, found.organization_id)
    assert (f"{head};hmac={found.hmac}".encode(), found.head) == (data, head)


def signing_key_settings(data: bytes) -> None:
    """The setting HMAC_KEYS as JSON: keys, or an error that shows no secret."""
    text = data.decode("utf-8", "replace")
    try:
        keys, why = signing_keys.read_keys(text), ""
    except ValueError as error:
        keys, why = {}, str(error)
    # A text that can be a key's id is none that must not be shown, where it stands as one.
    as_id = re.compile(rf'"[A-Za-z0-9._-]*{SECRET}[A-Za-z0-9._-]*"\s*:')
    assert SECRET not in why or as_id.search(text)
    for key in keys.values():
        assert key.scopes
        assert all(len(secret) >= signing_keys.SHORTEST_SECRET for secret in key.secrets)


SECRET = "5f0c9a4e1b7d4a6f8c2e3d9b0a1f7e6c"
GOOD_TOKEN = ""


def seeds() -> dict[str, list[bytes]]:
    """Inputs to start from, for each target."""
    global GOOD_TOKEN
    vectors = json.loads(VECTORS.read_text())
    message = b"\x08\x01\x12\x04main"
    frame = b"\0" + len(message).to_bytes(4, "big") + message
    packed = gzip.compress(message)
    compressed = b"\1" + len(packed).to_bytes(4, "big") + packed
    bomb = gzip.compress(b"\0" * 10 * LIMIT)
    rpc = RPCS["ListRepositories"]
    GOOD_TOKEN = paging.sign(rpc, 1, rpc.request_class(organization_id=1), ["name", 7])  # type: ignore[call-arg]
    return {
        "frames": [
            b"\x0c" + frame,
            b"\x04" + frame + frame,
            b"\x0d" + b64encode(frame),
            b"\x05" + b64encode(frame) + b64encode(frame),
            b"\x0e" + compressed,
            b"\x02" + compressed + frame,
            b"\x0e\1" + len(bomb).to_bytes(4, "big") + bomb,
            b"\x04\x80\0\0\0\0",
            b"\x04\0\xff\xff\xff\xff",
        ],
        "page_tokens": [GOOD_TOKEN.encode(), GOOD_TOKEN[:-1].encode(), b".", b"a:b:c", b".eJx:1:2"],
        "json_door": [
            b'POST GetRepository\n{"repositoryId": "1"}',
            b"POST ListCommits application/proto\n" + message,
            b"POST GetFile application/json gzip\n" + gzip.compress(b'{"path": "a"}'),
            b"GET GetRepository x x connect=v1&encoding=json&message=%7B%7D\n",
            b"GET GetRepository x x connect=v1&encoding=proto&base64=1&message=CAE\n",
            b"POST StreamTree\n{}",
            b'POST UpdateRepository\n{"updateMask": "status", "repository": {"id": 9223372036854775807}}',
            b'POST BatchGetCommitContext\n{"lines": [{"filepath": "a", "line": 1e400}]}',
        ],
        "signatures": [each["header"].encode("latin-1") for each in vectors["good"] + vectors["bad"]],
        "signing_key_settings": [
            json.dumps({"reports": {"secrets": [SECRET], "scopes": ["org:read"], "organizations": [1]}}).encode(),
            json.dumps({"a.b": {"secrets": [SECRET], "scopes": ["org:read"], "organizations": "*"}}).encode(),
            json.dumps({"a": {"secrets": [SECRET, SECRET[:9]], "scopes": [], "expires": "2030-01-31"}}).encode(),
        ],
    }


TARGETS: dict[str, Callable[[bytes], None]] = {
    "frames": frames,
    "page_tokens": page_tokens,
    "json_door": json_door,
    "signatures": signatures,
    "signing_key_settings": signing_key_settings,
}
