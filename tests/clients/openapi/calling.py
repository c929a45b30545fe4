"""Calls a site with the client that openapi-python-client made: usage calling.py URL KEY. mypy checks it too."""

from __future__ import annotations

import json
import sys

from scm_client.api.commits import get_commit, list_commits
from scm_client.api.files import get_file_by_get
from scm_client.api.repositories import list_repositories
from scm_client.api.search import search_code
from scm_client.client import AuthenticatedClient
from scm_client.models import (
    ConnectError,
    GetCommitRequest,
    ListCommitsRequest,
    ListRepositoriesRequest,
    SearchCodeRequest,
)
from scm_client.models.commit import Commit
from scm_client.models.file_content import FileContent
from scm_client.models.list_commits_response import ListCommitsResponse
from scm_client.models.list_repositories_response import ListRepositoriesResponse
from scm_client.models.search_code_response import SearchCodeResponse
from scm_client.types import Unset


def main(url: str, key: str) -> None:
    client = AuthenticatedClient(base_url=url, token=key, prefix="", auth_header_name="X-Api-Key")

    repositories = list_repositories.sync(client=client, body=ListRepositoriesRequest())
    assert isinstance(repositories, ListRepositoriesResponse)
    assert not isinstance(repositories.repositories, Unset)
    (repository,) = repositories.repositories
    assert not isinstance(repository.id, Unset)

    page = list_commits.sync(client=client, body=ListCommitsRequest(repository_id=repository.id, page_size=10))
    assert isinstance(page, ListCommitsResponse)
    assert not isinstance(page.commits, Unset)
    key_of_first = page.commits[0].key
    assert not isinstance(key_of_first, Unset)

    request = GetCommitRequest(repository_id=repository.id, commit_sha=key_of_first)
    commit = get_commit.sync(client=client, body=request)
    assert isinstance(commit, Commit)
    assert commit.file_changes

    message = json.dumps({"repositoryId": repository.id, "path": "README.md", "ref": "main"})
    file = get_file_by_get.sync(client=client, connect="v1", encoding="json", message=message)
    assert isinstance(file, FileContent), file

    found = search_code.sync(client=client, body=SearchCodeRequest(repository_id=repository.id, query="main"))
    assert isinstance(found, SearchCodeResponse)

    missing = get_commit.sync(client=client, body=GetCommitRequest(repository_id=repository.id, commit_sha="0" * 40))
    assert isinstance(missing, ConnectError)
    assert missing.code == "not_found"
    assert not isinstance(missing.details, Unset)
    assert missing.details[0].type_ == "google.rpc.ErrorInfo"
    print(repository.name, commit.key, missing.details[0].to_dict()["debug"]["reason"])


if __name__ == "__main__":
    main(*sys.argv[1:])
