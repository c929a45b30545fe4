"""Archives as the vendors make them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from functools import lru_cache


def archive_of(files: Mapping[str, bytes], kind: str, top: str = "", path: str = "") -> bytes:
    """The files of a directory as "tar.gz" or "zip", all in the directory ``top`` if one is given."""
    return _made(
        tuple((top + name, content) for name, content in files.items() if not path or name.startswith(f"{path}/")),
        kind,
    )


@lru_cache(maxsize=8)
def _made(files: tuple[tuple[str, bytes], ...], kind: str) -> bytes:
    made = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files:
                archive.writestr(name, content)
        return made.getvalue()
    with tarfile.open(fileobj=made, mode="w:gz", compresslevel=1) as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def files_in(archive: bytes, kind: str) -> dict[str, bytes]:
    """What is in an archive, by path."""
    if kind == "zip":
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
        found = {}
        for entry in opened:
            if (content := opened.extractfile(entry)) is not None:
                found[entry.name] = content.read()
        return found
