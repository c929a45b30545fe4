"""Archives as the vendors make them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping


def archive_of(files: Mapping[str, bytes], kind: str, top: str = "", path: str = "") -> bytes:
    """The files of a directory as "tar.gz" or "zip", all in the directory ``top`` if one is given."""
    chosen = {name: content for name, content in files.items() if not path or name.startswith(f"{path}/")}
    made = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in chosen.items():
                archive.writestr(top + name, content)
        return made.getvalue()
    with tarfile.open(fileobj=made, mode="w:gz", compresslevel=1) as archive:
        for name, content in chosen.items():
            entry = tarfile.TarInfo(top + name)
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
