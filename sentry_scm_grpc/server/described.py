"""What the descriptors of this process say about the RPC of a path."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass


class Method(NamedTuple):
    """What the descriptor says about an RPC."""

    request_class: type[Message]
    response_class: type[Message]
    safe: bool


@lru_cache(maxsize=1024)
def describe(path: str) -> Method | None:
    """The RPC of "/package.Service/Rpc" in the descriptors of this process. None if they do not have it."""
    _, _, rest = path.partition("/")
    service_name, _, name = rest.partition("/")
    try:
        service = descriptor_pool.Default().FindServiceByName(service_name)
    except KeyError:
        return None
    method = service.methods_by_name.get(name)
    if method is None:
        return None
    safe = method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS
    return Method(GetMessageClass(method.input_type), GetMessageClass(method.output_type), safe)


def near(path: str) -> str:
    """Suggests the method of the service whose name is like that of a mistyped path. Empty if there is none."""
    service_name, _, name = path[1:].rpartition("/")
    try:
        names = descriptor_pool.Default().FindServiceByName(service_name).methods_by_name
    except KeyError:
        return ""
    # A path may have thousands of characters, and the comparison takes time.
    near = get_close_matches(name[:100], names, n=1)
    return f" Did you mean {near[0]}?" if near else ""
