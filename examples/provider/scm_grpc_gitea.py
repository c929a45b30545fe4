"""Gitea as a provider of sentry-scm-grpc: https://docs.gitea.com/api/

The address and the token of the Gitea come from the environment: GITEA_URL, GITEA_TOKEN.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests

from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.code_owners import CodeOwnersFile
from sentry_scm_grpc.providers.vendor.commits import CommitQuery
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.http import VendorResponse, quoted, quoted_path
from sentry_scm_grpc.providers.vendor.installation import Connection
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text
from sentry_scm_grpc.providers.vendor.repositories import OWNER_AND_NAME
from sentry_scm_grpc.providers.vendor.tree import Trees, kind_of_mode
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.v1 import scm_pb2 as pb

PER_PAGE = 50  # Gitea's own limit, where its operator has not changed it.

CHANGE_KINDS = {
    "added": pb.FILE_CHANGE_KIND_ADDED,
    "removed": pb.FILE_CHANGE_KIND_DELETED,
    "renamed": pb.FILE_CHANGE_KIND_RENAMED,
}
_LINE = re.compile(r"L(\d{1,9})\Z")


class Client:
    """Gitea with our token. As ``providers.vendor.http`` requires, it passes keyword arguments on to requests."""

    def __init__(self, url: str, token: str) -> None:
        self._api = f"{url.rstrip('/')}/api/v1"
        self._token = token

    def get(self, path: str, **options: Any) -> Any:
        # ``providers.vendor.http`` passes ``auth``, through which it reads the response.
        headers = {"Authorization": f"token {self._token}", **options.pop("headers", {})}
        with requests.Session() as session:
            session.trust_env = False
            return session.get(self._api + path, headers=headers, **options)


class GiteaAdapter(CodeOwnersFile, Trees):
    key = "gitea"
    name = "Gitea"

    identifier_format = OWNER_AND_NAME
    identifier_example = "owner/name"
    code_owners_locations = ("CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS")
    code_owners_rules = codeowners.GITEA

    def __init__(self, installation: Any, repository: pb.Repository | None = None) -> None:
        super().__init__(connection(installation, repository), repository)

    @cached_property
    def client(self) -> Any:
        return Client(os.environ["GITEA_URL"], os.environ.get("GITEA_TOKEN", ""))

    @property
    def path(self) -> str:
        return f"/repos/{quoted_path(self.installation.identifier())}"

    # ---- repositories

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        return self._repository(self.http.get(f"/repos/{quoted_path(identifier)}"))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        answer, following = self._page("/repos/search", {"q": query} if query else {}, position)
        return Page([self._repository(found) for found in rows(answer.data, "data")], following)

    def _repository(self, found: Any) -> pb.RemoteRepository:
        full_name = string(found, "full_name")
        return pb.RemoteRepository(
            identifier=full_name,
            name=full_name,
            url=text(found, "html_url"),
            default_branch=text(found, "default_branch"),
            external_id=string(found, "id"),
            config={"name": full_name},
        )

    # ---- commits

    def fetch_commit(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        found = self.http.get(f"{self.path}/git/commits/{quoted(ref)}", immutable=is_full_sha(ref))
        return self._commit(found), Page(self._changes(found))

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        asked = {"sha": query.ref, "path": query.path}
        answer, following = self._page(f"{self.path}/commits", {name: t for name, t in asked.items() if t}, position)
        return Page([self._commit(found) for found in rows(answer.data)], following)

    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        """Gitea tells all changes at once."""
        return Page(self._changes(self.http.get(f"{self.path}/git/commits/{sha}", immutable=True)))

    def _commit(self, found: Any) -> pb.Commit:
        return pb.Commit(
            key=string(found, "sha"),
            message=text(found, "commit", "message"),
            author=_person(found, "author"),
            committer=_person(found, "committer"),
            date_added=moment(found, "commit", "committer", "date"),
            web_url=text(found, "html_url"),
            parent_keys=[string(parent, "sha") for parent in rows(found, "parents")],
        )

    def _changes(self, found: Any) -> list[pb.FileChange]:
        if not isinstance(found.get("files"), list):  # Null where nothing changed.
            return []
        return [
            pb.FileChange(
                path=string(change, "filename"),
                kind=CHANGE_KINDS.get(text(change, "status"), pb.FILE_CHANGE_KIND_MODIFIED),
            )
            for change in rows(found, "files")
        ]

    # ---- files

    def has_path(self, path: str, ref: str) -> bool:
        self.http.get(f"{self.path}/contents/{quoted_path(path)}", _at(ref), immutable=is_full_sha(ref))
        return True

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        immutable = is_full_sha(ref)
        found = f"{quoted_path(path)}"
        try:
            content = self.http.get_bytes(
                f"{self.path}/raw/{found}", _at(ref), max_bytes=max_bytes, immutable=immutable
            )
        except Absent:
            # Of a directory there are no bytes; its contents are a list.
            if isinstance(self.http.get(f"{self.path}/contents/{found}", _at(ref), immutable=immutable), list):
                raise not_a_file(path) from None
            raise
        return pb.FileContent(content=content, commit_sha=ref if immutable else "")

    def url_of(self, path: str, ref: str, line: int) -> str:
        ref = ref or self.default_ref
        kind = "commit" if is_full_sha(ref) else "branch"
        # Without "display" a Markdown file is shown as a page, whose lines cannot be linked to.
        end = f"?display=source#L{line}" if line else ""
        return f"{self._web}/src/{kind}/{quote(ref)}/{quote(path)}{end}"

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        start = f"{self._web}/src/"
        if not url.startswith(start):
            return None
        parts = urlsplit(url)
        kind, _, rest = parts.path[len(urlsplit(start).path) :].partition("/")
        # A branch may hold slashes, which its address does not tell from those of the path: the default branch may.
        default = quote(self.default_ref)
        ref = default if kind == "branch" and rest.startswith(f"{default}/") else rest.partition("/")[0]
        path = unquote(rest[len(ref) + 1 :])
        if kind not in ("branch", "commit", "tag") or not path:
            return None
        line = _LINE.match(parts.fragment)
        return pb.ResolvedSourceUrl(ref=unquote(ref), path=path, line_number=int(line[1]) if line else 0)

    @property
    def _web(self) -> str:
        return (self.repository.url if self.repository else "").rstrip("/")

    # ---- trees

    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        sha = self.sha_of(ref)
        page = position or 1
        found = self.http.get(
            f"{self.path}/git/trees/{sha}", {"recursive": "true", "per_page": 1000, "page": page}, immutable=True
        )
        entries = [
            pb.TreeEntry(
                path=string(entry, "path"),
                kind=kind_of_mode(text(entry, "mode")),
                size_bytes=number(entry, "size"),
                sha=text(entry, "sha"),
            )
            for entry in rows(found, "tree")
            if text(entry, "type") != "tree"
        ]
        below = [entry for entry in entries if not path or entry.path == path or entry.path.startswith(f"{path}/")]
        return Page(below, page + 1 if found.get("truncated") is True else None, sha)

    def _page(self, path: str, params: dict[str, Any], position: Any) -> tuple[VendorResponse, int | None]:
        page = position or 1
        answer = self.http.fetch(path, {**params, "limit": PER_PAGE, "page": page})
        return answer, page + 1 if answer.next_url else None


def connection(installation: Any, repository: pb.Repository | None) -> Connection:
    """What the base of adapters needs from the embedded host."""
    from sentry_scm_grpc.hosts.embedded.models import Repository

    def known_repositories() -> dict[str, int]:
        known = Repository.objects.filter(integration_id=installation.integration_id)
        return {str(row.config.get("name")): row.id for row in known}

    return Connection(
        installation=installation,
        integration=pb.Integration(id=installation.integration_id, organization_id=installation.organization_id),
        identifier=lambda: repository.config["name"] if repository is not None else "",
        known_repositories=known_repositories,
        # ``providers.vendor.http`` maps the HTTP statuses. This client raises no other exceptions.
        map_error=lambda error: None,
        caller="",
        # The embedded host does not say. Each call of Gitea may then take 30 seconds.
        seconds_left=lambda: None,
    )


def _at(ref: str) -> dict[str, str]:
    return {"ref": ref} if ref else {}


def _person(found: Any, role: str) -> pb.CommitAuthor:
    return pb.CommitAuthor(name=text(found, "commit", role, "name"), email=text(found, "commit", role, "email"))
