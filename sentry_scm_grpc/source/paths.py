"""Paths of files in a repository."""

from __future__ import annotations


def normal(path: str) -> str:
    """A path without "." and doubled slashes. Empty for the root."""
    return "/".join(part for part in path.split("/") if part not in ("", "."))
