"""What every operation of the provider "git" needs: the repository, opened for one call."""

from __future__ import annotations

from contextlib import AbstractContextManager

from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.git import graphs, places, urls
from sentry_scm_grpc.providers.git.installation import GitInstallation
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository, opened
from sentry_scm_grpc.rpc import budget
from sentry_scm_grpc.rpc.call import Call


class GitBase(ProviderAdapter):
    installation: GitInstallation

    @property
    def _id(self) -> int:
        return 0 if self.repository is None else self.repository.id

    @property
    def _url(self) -> str:
        return "" if self.repository is None else self.repository.url

    def _open(self, call: Call | None, *, history: bool = False) -> AbstractContextManager[GitRepository]:
        """``history`` says that the call looks for the commits that changed a file."""
        assert self.repository is not None
        place = places.locate(self.repository.config["path"], self.installation.roots)
        graph = ""
        if history and self.installation.graphs is not None:
            kept = graphs.Graphs(self.installation.graphs)
            graph = kept.objects_for(place.common_dir)
            graphs.BACKGROUND.consider(kept, place, self.repository.default_branch)
        git = Git(place.common_dir, budget.current() if call is None else call.budget, graph)
        return opened(place, git, self.repository.default_branch)

    def _source_url(self, repository: GitRepository, path: bytes, ref: str, line: int = 0) -> str:
        return urls.source_url(self._url, path, repository.ref(ref), line, str(repository.place.path))


def first_or_pinned(repository: GitRepository, sha: str, ref: str) -> Commit | None:
    """The commit of a list. Later pages have the SHA of the first page's commit. None for an empty repository."""
    return repository.commit_of_page(sha) if sha else repository.commit_if_any(ref)
