"""Field masks of updates (AIP-134): which fields to change."""

from __future__ import annotations

from collections.abc import Collection

from google.protobuf.field_mask_pb2 import FieldMask

from sentry_scm_grpc.errors import InvalidArgument


def masked_fields(mask: FieldMask, allowed: Collection[str]) -> set[str]:
    """The names of the fields to change; "*" stands for all of them. Raises InvalidArgument for others."""
    if "*" in mask.paths:
        if len(mask.paths) > 1:
            raise InvalidArgument.of(
                ("update_mask", "has '*' together with other paths; '*' means all fields, so leave the others out")
            )
        return set(allowed)
    unknown = sorted(set(mask.paths) - set(allowed))
    if unknown:
        names = ", ".join(allowed)
        raise InvalidArgument.of(*[("update_mask", f"{path!r} is not one of {names}") for path in unknown])
    return set(mask.paths)
