"""What GitLab does with texts: it carries out lines that are quick actions, and takes them out.

https://docs.gitlab.com/user/project/quick_actions/ and lib/gitlab/quick_actions/extractor.rb of gitlabhq.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

NAMES = "approve|assign|cc|close|due|label|merge|reopen|shrug|target_branch|title"
_PARTS = re.compile(
    r"(?P<kept>^```.+?\n```$|^.*`\n*.+?\n*`$|^<[^>]+?>\n.+?\n</[^>]+?>$|^>>>.+?\n>>>$)"
    rf"|^/(?P<action>{NAMES})(?: (?P<what>[^\n]*))?(?:\s*\n|$)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)


def obeyed(text: str) -> tuple[str, list[str]]:
    """The text that GitLab keeps, and the actions that a version before 17 takes out of it."""
    actions: list[str] = []

    def part(found: re.Match[str]) -> str:
        if found["kept"]:
            return found[0]
        actions.append(found["action"].lower())
        return ""

    return _PARTS.sub(part, text.replace("\r", "")).rstrip(), actions


class TextsOfGitLab:
    """A part of ``tests.vendors.gitlab.Fake``."""

    #: The quick actions that it carried out.
    obeyed: Sequence[str] = ()

    def kept(self, text: str) -> str:
        """A text as it is stored, with its line breaks if nothing was carried out."""
        rest, actions = obeyed(text)
        self.obeyed = [*self.obeyed, *actions]
        return rest if actions else text
