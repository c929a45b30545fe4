"""The body of a form with files (RFC 7578), for vendors that take commits as one.

The files' names are paths, and a path may have backslashes: urllib3 1.26, which a Sentry has, doubles them.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence


def form_data(fields: Sequence[tuple[str, str]], files: Sequence[tuple[str, bytes]] = ()) -> tuple[bytes, str]:
    """The bytes of the form, and its media type. ``files`` are named by their paths."""
    boundary = secrets.token_hex(16)
    parts = []
    for name, text in fields:
        parts.append((f'form-data; name="{_escaped(name)}"', text.encode()))
    for path, content in files:
        parts.append((f'form-data; name="{_escaped(path)}"; filename="{_escaped(path)}"', content))
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"
        for disposition, content in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _escaped(text: str) -> str:
    """As browsers do: https://html.spec.whatwg.org/#multipart-form-data"""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
