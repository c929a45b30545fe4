"""CODEOWNERS files: their rules, and who owns a path. Each provider has its own rules.

GitHub: https://docs.github.com/articles/about-code-owners. GitLab: https://docs.gitlab.com/user/project/codeowners/.
Bitbucket Cloud: https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-use-code-owners/. Bitbucket Data Center:
https://confluence.atlassian.com/bitbucketserver/code-owners-1296171116.html. Gitea and Forgejo:
https://docs.gitea.com/usage/repository/code-owners. docs/explanation/codeowners.md describes the differences.
"""

from __future__ import annotations

import io
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sentry_scm_grpc.errors import ResourceExhausted, Unimplemented
from sentry_scm_grpc.source.globs import Glob, Paths, Watch, ant, fnmatch, gitignore
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The longest line that is read as a rule, in characters. Longer lines are skipped, and the answer lists them.
MAX_LINE = 4096
#: The maximum number of owners in an answer, over all paths.
MAX_NAMES = 500_000

# Why a line is not a rule.
INVALID_OWNER, INVALID_PATTERN, LINE_TOO_LONG = "INVALID_OWNER", "INVALID_PATTERN", "LINE_TOO_LONG"

# Only these characters separate words: a name may contain other white space of Unicode, such as wide spaces.
_SPACE = " \t\f\v"
# Words. A backslash escapes the white space after it.
_WORD = re.compile(rf"(?:\\.|[^{_SPACE}])+")
_EMAIL = r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"#/]*[^\W_]"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and its owners. Without owners the rule removes those of its paths. ``section`` counts GitLab's
    sections from 0."""

    pattern: str
    owners: tuple[str, ...]
    section: int = 0


class Rules:
    """How one provider reads a file. Without sections, the last rule that matches a path decides."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, lines: Iterable[str]) -> Iterator[Rule | str]:
        """For each line its rule, or the reason why it is skipped. Empty for comments and the like."""
        raise NotImplementedError

    def glob(self, pattern: str) -> Glob | None:
        """The glob of a rule's pattern. None if it matches nothing."""
        raise NotImplementedError

    def excludes(self, pattern: str) -> bool:
        """Whether paths that the pattern matches have no owner in its section, whatever the other rules say."""
        return False


class _GitHub(Rules):
    """A line with an invalid pattern or owner is skipped as a whole."""

    # A character class, or a backslash at the end. Pairs of a backslash and the escaped character are skipped.
    _INVALID = re.compile(r"\A(?:\\.|[^\\\[])*(?:\[|\\\Z)")

    def __init__(self, name: str, owner: str) -> None:
        super().__init__(name)
        self._owner = re.compile(rf"(?:{owner}|{_EMAIL})\Z")

    def read(self, lines: Iterable[str]) -> Iterator[Rule | str]:
        for line in lines:
            if not line or line.startswith("#"):
                yield ""
            elif len(line) > MAX_LINE:
                yield LINE_TOO_LONG
            else:
                yield self._rule(line)

    def _rule(self, line: str) -> Rule | str:
        pattern, *words = _WORD.findall(line)
        if pattern.startswith(("!", "\\#")) or not pattern.strip("/") or self._INVALID.search(pattern):
            return INVALID_PATTERN
        owners = []
        for word in words:
            if word.startswith("#"):
                break
            if not self._owner.match(word):
                return INVALID_OWNER
            owners.append(word)
        return Rule(pattern, tuple(owners))

    def glob(self, pattern: str) -> Glob | None:
        return gitignore(pattern)


class _BitbucketServer(_GitHub):
    def glob(self, pattern: str) -> Glob | None:
        return ant(pattern)


class _GitLab(Rules):
    """Each section decides for itself. Malformed owners are left out, but their line is used."""

    # "[Name]", "^[Name]" (optional), "[Name][2]" (approvals), each with owners for the rules of the section that have
    # none.
    _SECTION = re.compile(r"\^?\[(?P<name>.*?)\](?:\[\d*\])?(?P<owners>\s+[@\w.\-/\s+]*)?", re.ASCII)
    _GAP = re.compile(r"(?<!\\)\s+", re.ASCII)
    _WHOLE = re.compile(rf"@@(?:developer|maintainer|owner)s?\Z|{_EMAIL}", re.IGNORECASE)
    _NAME = re.compile(r"(?<![\w@])@[a-z0-9_.](?:[\w.\-]*[\w\-])?(?:/[a-z0-9_.](?:[\w.\-]*[\w\-])?)*", re.ASCII | re.I)

    def read(self, lines: Iterable[str]) -> Iterator[Rule | str]:
        sections: dict[str, int] = {"codeowners": 0}
        section = 0
        defaults: tuple[str, ...] = ()
        for line in lines:
            if not line or line.startswith("#"):
                yield ""
            elif len(line) > MAX_LINE:
                yield LINE_TOO_LONG
            elif found := self._SECTION.match(line):
                section = sections.setdefault(found["name"].casefold(), len(sections))
                defaults = self._owners(found["owners"] or "")
                yield ""
            else:
                gap = self._GAP.search(line)
                pattern, words = (line[: gap.start()], line[gap.end() :]) if gap else (line, "")
                yield Rule(pattern, () if pattern[0] == "!" else self._owners(words) if words else defaults, section)

    def _owners(self, text: str) -> tuple[str, ...]:
        """Roles, e-mail addresses and names, also those in comments."""
        owners: list[str] = []
        for word in text.split():
            whole = self._WHOLE.match(word)
            owners += [whole[0]] if whole else self._NAME.findall(word)
        return tuple(owners)

    def glob(self, pattern: str) -> Glob | None:
        pattern = pattern.removeprefix("!")
        if pattern == "*":
            return fnmatch("/**/*")
        pattern = re.sub(r"\\\s+", " ", re.sub(r"\A\\#", "#", pattern), flags=re.ASCII)
        if not pattern.startswith("/"):
            pattern = f"/**/{pattern}"
        return fnmatch(f"{pattern}**/*" if pattern.endswith("/") else pattern)

    def excludes(self, pattern: str) -> bool:
        return pattern.startswith("!")


class _Gitea(_GitHub):
    """Go's regular expressions. They are listed but not matched: another engine would match other paths."""

    def _rule(self, line: str) -> Rule | str:
        pattern, *words = _WORD.findall(line)
        owners = []
        for word in words:
            if word.startswith("#"):
                break
            owners.append(word)
        return Rule(pattern, tuple(owners)) if owners else INVALID_OWNER

    def glob(self, pattern: str) -> Glob | None:
        raise Unimplemented(
            f"The patterns of {self.name} are regular expressions of Go, which are not matched here. Leave paths out to"
            " read the rules.",
            reason="CODE_OWNERS_UNSUPPORTED",
        )


_NAME = r"[A-Za-z0-9_\-]+"
GITHUB = _GitHub("GitHub", rf"@{_NAME}(?:/{_NAME})?")
GITLAB = _GitLab("GitLab")
BITBUCKET = _GitHub("Bitbucket", r"@[\w.\-]+(?:/[\w.\-]+)?(?::(?:all|random|least_busy)(?:\(\d+\))?)?")
BITBUCKET_SERVER = _BitbucketServer("Bitbucket Data Center", r"@[\w.@+\-]+(?:/[\w.\-]+)?(?::random(?:\(\d+\))?)?")
GITEA = _Gitea("Gitea", "")

#: Directories in which only one provider looks for a CODEOWNERS file, with its rules.
_PLACES = {
    ".github/": GITHUB,
    ".gitlab/": GITLAB,
    ".bitbucket/": BITBUCKET,
    ".gitea/": GITEA,
    ".forgejo/": GITEA,
}
_ANYWHERE = ("CODEOWNERS", "docs/CODEOWNERS")
#: Where each provider looks, in this order.
LOCATIONS: dict[Rules, tuple[str, ...]] = {
    GITHUB: (".github/CODEOWNERS", *_ANYWHERE),
    GITLAB: (*_ANYWHERE, ".gitlab/CODEOWNERS"),
    BITBUCKET: (".bitbucket/CODEOWNERS",),
    BITBUCKET_SERVER: (".bitbucket/CODEOWNERS",),
    GITEA: (*_ANYWHERE, ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS"),
}


# Parts of host names that identify the provider.
_HOSTS = {
    "github": GITHUB,
    "gitlab": GITLAB,
    "bitbucket": BITBUCKET_SERVER,
    "gitea": GITEA,
    "forgejo": GITEA,
    "codeberg": GITEA,
}


def rules_of(url: str) -> Rules | None:
    """The rules of the site of a web address. None if the address does not tell."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    if host == "bitbucket.org":
        return BITBUCKET
    return next((rules for part, rules in _HOSTS.items() if part in host.split(".")), None)


def locations(rules: Rules | None) -> Iterable[str]:
    """Where to look in a repository of a provider, which may be unknown: first where that provider looks, then
    elsewhere."""
    first = LOCATIONS[rules or GITHUB]
    return dict.fromkeys([*first, *_ANYWHERE, *(f"{place}CODEOWNERS" for place in _PLACES)])


def rules_for(path: str, rules: Rules | None, content: bytes) -> Rules:
    """The rules for a file: those of the only provider that looks there, otherwise those of the repository's provider.

    If that is unknown, a file with a section follows GitLab's rules, and any other file GitHub's.
    """
    if rules is not None and path in LOCATIONS[rules]:
        return rules
    for place, own in _PLACES.items():
        if path.startswith(place):
            return own
    if rules is None and re.search(rb"(?m)^[ \t]*\^?\[[^\]\r\n]+\](?:\[\d*\])?(?:[ \t\r][^\r\n]*)?$", content):
        return GITLAB
    return GITHUB


def answer(path: str, content: bytes, paths: Sequence[str], rules: Rules, *, url: str = "") -> pb.CodeOwners:
    """The message for a file at ``path``, with the owners of ``paths`` by these rules.

    Raises DeadlineExceeded, ResourceExhausted, Unimplemented.
    """
    watch = Watch()
    message = pb.CodeOwners(path=path, url=url, raw=content.decode("utf-8", "backslashreplace"))
    # Bytes that are not text stay as they are, so that they are not read as a backslash and its following characters.
    text = content.decode("utf-8-sig", "surrogateescape")
    sections = array("L")
    for number, found in enumerate(rules.read(_lines(text, watch)), start=1):
        if isinstance(found, Rule):
            message.rules.add(pattern=_shown(found.pattern), owners=map(_shown, found.owners), line_number=number)
            sections.append(found.section)
        elif found:
            message.skipped_lines.add(line_number=number, reason=found)
    if not paths:
        return message
    patterns = _Patterns(message, sections, rules)
    tried = Paths(_names(asked) for asked in paths)
    _add_owners(message, paths, patterns.deciding(tried, watch))
    return message


def _lines(text: str, watch: Watch) -> Iterator[str]:
    for line in io.StringIO(text, newline=None):
        watch.spend(20 + len(line) // 4)
        yield line.strip(f"{_SPACE}\n")


def _shown(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _hidden(text: str) -> str:
    """What ``_shown`` shows as ``\\xNN``, as the byte that it is."""
    return re.sub(r"\\x([89a-f][0-9a-f])", lambda found: chr(0xDC00 + int(found[1], 16)), text)


def _names(path: str) -> list[str]:
    return [name for name in _hidden(path).split("/") if name not in ("", ".")]


class _Patterns:
    """The rules of a message, by section. A pattern is compiled when it is needed, and dropped afterwards."""

    def __init__(self, message: pb.CodeOwners, sections: Sequence[int], rules: Rules) -> None:
        self._message = message
        self._rules = rules
        self._of_section: dict[int, array[int]] = {}
        for index, section in enumerate(sections):
            self._of_section.setdefault(section, array("L")).append(index)

    def deciding(self, paths: Paths, watch: Watch) -> Iterator[tuple[int, pb.CodeOwnersRule]]:
        """The index of a path and the rule that decides, for each section in the order of the file."""
        for indexes in self._of_section.values():
            decided: dict[int, pb.CodeOwnersRule] = {}
            for excluding in (True, False):
                for index in reversed(indexes):
                    watch.spend()
                    rule = self._message.rules[index]
                    if self._rules.excludes(rule.pattern) is excluding:
                        self._decide(rule, decided, paths, watch)
                    if len(decided) == len(paths.names):
                        break
            yield from decided.items()

    def _decide(
        self, rule: pb.CodeOwnersRule, decided: dict[int, pb.CodeOwnersRule], paths: Paths, watch: Watch
    ) -> None:
        watch.spend(len(rule.pattern) // 2)
        glob = self._rules.glob(_hidden(rule.pattern))
        if glob is None:
            return
        for path in paths.likely(glob):
            if path not in decided and glob.fits(paths.names[path], watch):
                decided[path] = rule


def _add_owners(message: pb.CodeOwners, paths: Sequence[str], decided: Iterable[tuple[int, pb.CodeOwnersRule]]) -> None:
    names: list[dict[str, None]] = [{} for _ in paths]
    lines = [0] * len(paths)
    left = MAX_NAMES
    for path, rule in decided:
        lines[path] = max(lines[path], rule.line_number)
        left -= len(rule.owners)
        if left < 0:
            raise ResourceExhausted(
                f"The paths have more than {MAX_NAMES} owners in total. Ask for fewer paths.",
                reason="TOO_MANY_OWNERS",
                metadata={"limit": "MAX_NAMES"},
            )
        names[path].update(dict.fromkeys(rule.owners))
    for asked, owners, line in zip(paths, names, lines, strict=True):
        message.path_owners.add(path=asked, owners=owners, line_number=line)
