"""What mkdocs does beside its own, for the site of the documentation (mkdocs.yml).

Pages link to files of the repository outside of docs/, which a site does not have: such a link becomes its text, where
the file exists. And no page may load anything from another host.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\[([^\]]+)\]\((\.\.?/[^)\s]+)\)")
LOADS = re.compile(
    r"""<(?:script|img|iframe|link(?![^>]*rel="(?:canonical|next|prev)"))\b[^>]*\b(?:src|href)=["']?(?:https?:)?//"""
)

log = logging.getLogger("mkdocs.hooks")


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    source = Path(page.file.abs_src_path)

    def without_link(found: re.Match[str]) -> str:
        text, target = found.groups()
        path = (source.parent / target.partition("#")[0]).resolve()
        if path.is_relative_to(ROOT / "docs"):
            return found[0]
        if not path.exists():
            log.warning("%s links to %s, which does not exist.", page.file.src_uri, target)
        name = f"`{path.relative_to(ROOT)}`"
        return name if text.strip("`") in name else f"{text} ({name})"

    return LINK.sub(without_link, markdown)


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    if found := LOADS.search(output):
        raise PluginError(f"{page.file.src_uri} loads something from another host: {found[0]}")
    return output
