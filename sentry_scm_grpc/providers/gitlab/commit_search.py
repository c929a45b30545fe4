"""Search in commits: https://docs.gitlab.com/api/search/#scope-commits-1

GitLab's basic search reads a text as a pattern of git's. It takes a branch or a tag, and neither a path nor dates.
"""

from __future__ import annotations

import re
from typing import Any

from sentry_scm_grpc.providers.gitlab.commits import GitLabCommits, commit_of
from sentry_scm_grpc.providers.vendor.commit_search import CommitSearch
from sentry_scm_grpc.providers.vendor.commits import fits
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: GitLab takes shorter texts, and words such as "with", for abuse, and then finds nothing.
SEARCHED_CHARACTERS = 5
# What means something else than itself in a basic regular expression.
_SPECIAL = re.compile(r"[\\.*\[\]^$]")


class GitLabCommitSearch(GitLabCommits, CommitSearch):
    def fetch_found(self, request: files_pb2.SearchCommitsRequest, ref: str, position: Any) -> Page[pb.Commit]:
        line = max(request.message.splitlines(), key=len, default="")
        if len(line.strip()) < SEARCHED_CHARACTERS or request.path:
            return self.listed(request, ref, position)
        # git compares line by line, so the longest line of the text finds all that may match.
        pattern = _SPECIAL.sub(r"\\\g<0>", line)
        params = {"scope": "commits", "search_type": "basic", "search": pattern, **({"ref": ref} if ref else {})}
        found, after = self._page(f"{self.path}/search", params, position)
        if ref and not found and position is None:
            # GitLab finds nothing at a ref that does not exist.
            self.look_up(ref)
        commits = [self.completed(commit_of(one, self._web)) for one in found]
        return Page([commit for commit in commits if fits(commit, request)], after)
