"""Signs one call with Python's standard library alone; prints the value of x-signature.

    usage: python sign.py PATH ENCODING < MESSAGE

SCM_KEY, SCM_SECRET and SCM_ORGANIZATION are in the environment; SCM_TIME and SCM_NONCE are for tests. Where the package
sentry-scm-grpc is at hand, its HmacSigner does the same.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sys
import time


def sign(
    key: str, secret: str, organization: int, path: str, encoding: str, message: bytes, at: int = 0, nonce: str = ""
) -> str:
    """The value of x-signature for one call: another call, and another attempt at the same, needs another."""
    head = (
        f"v1;key={key};time={at or int(time.time())};nonce={nonce or secrets.token_hex(16)};organization={organization}"
    )
    string = "\n".join([head, path, encoding, hashlib.sha256(message).hexdigest()])
    return f"{head};hmac={hmac.new(secret.encode(), string.encode(), 'sha256').hexdigest()}"


if __name__ == "__main__":
    path, encoding = sys.argv[1:]
    env = os.environ
    print(
        sign(
            *(env["SCM_KEY"], env["SCM_SECRET"], int(env["SCM_ORGANIZATION"]), path, encoding, sys.stdin.buffer.read()),
            at=int(env.get("SCM_TIME", 0)),
            nonce=env.get("SCM_NONCE", ""),
        )
    )
