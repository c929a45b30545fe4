"""What mkdocs does beside its own, for the site of the documentation (mkdocs.yml).

Some files outside of docs/ are pages of the site too. A link to another file outside of docs/, which a site does not
have, becomes its text, where the file exists. And no page may load anything from another host.
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"(!?)\[([^\]]+)\]\(([^)\s:#]+)(#[^)\s]*)?\)")
LOADS = re.compile(
    r"""<(?:script|img|iframe|link(?![^>]*rel="(?:canonical|next|prev)"))\b[^>]*\b(?:src|href)=["']?(?:https?:)?//"""
)
#: Files that are pages: where each stands in the site.
PAGES = {
    "CHANGELOG.md": "changelog.md",
    "clients/typescript/README.md": "how-to/typescript.md",
    "protos/sentry_scm_grpc/v1/scm.proto": "reference/contract.md",
}

log = logging.getLogger("mkdocs.hooks")


def on_files(files: Any, *, config: Any, **_: Any) -> Any:
    for source, page in PAGES.items():
        text = (ROOT / source).read_text()
        if source.endswith(".proto"):
            about = (
                "This is the file that everything else is made from. Text formats and policies are in `options.proto`."
            )
            text = f"# The contract\n\n{about}\n\n```protobuf\n{text}```\n"
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    uri = page.file.src_uri
    sources = {there: source for source, there in PAGES.items()}
    source = ROOT / sources.get(uri, f"docs/{uri}")

    def placed(found: re.Match[str]) -> str:
        image, text, target, anchor = found.groups()
        path = (source.parent / target).resolve()
        if not path.exists():
            log.warning("%s links to %s, which does not exist.", uri, target)
        name = str(path.relative_to(ROOT))
        there = PAGES.get(name) or (name.removeprefix("docs/") if name.startswith("docs/") else "")
        if there:
            return f"{image}[{text}]({os.path.relpath(there, os.path.dirname(uri) or '.')}{anchor or ''})"
        return f"`{name}`" if text.strip("`") in name else f"{text} (`{name}`)"

    # A block of code has none.
    parts = re.split(r"(^```.*?^```)", markdown, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else LINK.sub(placed, part) for part in parts)


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    if found := LOADS.search(output):
        raise PluginError(f"{page.file.src_uri} loads something from another host: {found[0]}")
    return output
