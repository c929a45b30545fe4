"""Answers for language models: text instead of bytes where it is text, and no larger than a model is to read.

What is cut says so, and what to do about it.
"""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from sentry_scm_grpc.client.requests import as_json
from sentry_scm_grpc.rpc.policy import Rpc

#: Where an answer that was cut says so.
CUT = "_cut"
# The most items of a list and characters of a text, tried one after the other until the answer is small enough.
_STEPS = ((1000, 32000), (500, 16000), (200, 8000), (100, 4000), (50, 2000), (20, 1000), (10, 500), (5, 200), (1, 100))


def readable(message: Message) -> dict[str, Any]:
    """A message as JSON. Bytes that are UTF-8 are a text in a field of that name with ``_text`` behind it; other bytes
    stay base64."""
    made = as_json(message)
    for field in message.DESCRIPTOR.fields:
        if field.type == FieldDescriptor.TYPE_BYTES and isinstance(given := made.get(field.name), str):
            try:
                made[f"{field.name}_text"] = b64decode(given).decode()
            except UnicodeDecodeError:
                continue
            del made[field.name]
    return made


def size_of(value: Any) -> int:
    """Characters of its JSON."""
    return len(json.dumps(value, ensure_ascii=False))


def bounded(rpc: Rpc, answer: dict[str, Any], limit: int) -> dict[str, Any]:
    """The answer, or what fits into ``limit`` characters of JSON, with what was cut under ``CUT``."""
    if size_of(answer) <= limit:
        return answer
    for items, characters in _STEPS:
        said: list[str] = []
        made: dict[str, Any] = _cut(answer, items, characters, "", said)
        if rpc.pages and any("items" in text for text in said) and made.pop("next_page_token", ""):
            # The next page begins after what was cut here.
            said.append(f"next_page_token is left out. Ask again with page_size {items} to read everything in pages.")
        if len(said) > 20:
            said = [*said[:20], f"{len(said) - 20} more fields were cut."]
        made[CUT] = said
        if size_of(made) <= limit:
            return made
    return {CUT: [f"The answer has {size_of(answer)} characters of JSON, and {limit} are allowed. Ask for less."]}


def _cut(value: Any, items: int, characters: int, path: str, said: list[str]) -> Any:
    if isinstance(value, dict):
        return {name: _cut(each, items, characters, f"{path}.{name}".lstrip("."), said) for name, each in value.items()}
    if isinstance(value, list):
        if len(value) > items:
            said.append(f"{path}: the first {items} of {len(value)} items")
        return [_cut(each, items, characters, f"{path}[{index}]", said) for index, each in enumerate(value[:items])]
    if isinstance(value, str) and len(value) > characters:
        said.append(f"{path}: the first {characters} of {len(value)} characters")
        return value[:characters]
    return value
