"""Real responses of Bitbucket Cloud, Bitbucket Server and Azure DevOps: errors, people, addresses and searches."""

from __future__ import annotations

from typing import Any

import pytest

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, ScmError
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.fake_vendors import Vendor
from tests.providers.vendor.test_lost import AT_SHA, READS, SHA, of_ref, says


def cloud_error(message: str, **data: Any) -> dict[str, Any]:
    return {"type": "error", "error": {"message": message, **({"data": data} if data else {})}}


def server_error(name: str, message: str = "Es gibt das nicht.") -> dict[str, Any]:
    return {"errors": [{"context": None, "message": message, "exceptionName": f"com.atlassian.{name}"}]}


def azure_error(message: str, key: str = "") -> dict[str, Any]:
    return {"$id": "1", "innerException": None, "message": message, "typeKey": key, "errorCode": 0, "eventId": 3000}


def reason(found: Any) -> str:
    assert isinstance(found, ScmError), found
    return found.reason


# ---- what a refusal says is missing

LOST = [
    ("bitbucket", 404, cloud_error("Repository acme/rocket not found.")),
    (
        "bitbucket",
        404,
        cloud_error("You may not have access to this repository or it no longer exists in this workspace."),
    ),
    ("bitbucket", 404, cloud_error("No workspace with identifier 'acme'.")),
    ("bitbucket", 403, cloud_error("Repository not found")),
    ("bitbucket", 410, cloud_error("Repository acme/rocket has been deleted")),
    ("bitbucket_server", 404, server_error("bitbucket.project.NoSuchProjectException")),
    ("bitbucket_server", 404, server_error("stash.exception.NoSuchRepositoryException")),
    ("vsts", 404, azure_error("TF200016: Das Projekt ist nicht da.", "ProjectDoesNotExistWithNameException")),
    ("vsts", 404, azure_error("TF401019: Das Git-Repository ist nicht da.")),
    ("vsts", 404, azure_error("VS800075: The project with id 'x' does not exist.", "ProjectDoesNotExistException")),
]


@pytest.mark.parametrize("read", READS, ids=of_ref)
@pytest.mark.parametrize(("key", "status", "body"), LOST)
def test_other_messages_for_a_lost_repository(key: str, status: int, body: Any, read: tuple[str, Any]) -> None:
    vendor = Vendor(key, default_branch="main", url="https://code.example.com/acme/rocket")
    says(vendor, body, status)
    assert reason(vendor.call(*read)) == "VENDOR_NOT_FOUND"


NO_REF = [
    ("bitbucket", cloud_error("Commit not found", shas=[SHA])),
    ("bitbucket", {**cloud_error("?"), "data": {"shas": [SHA]}}),
    ("bitbucket", cloud_error(f"No such commit {SHA}")),
    ("bitbucket_server", server_error("bitbucket.commit.NoSuchCommitException")),
    ("bitbucket_server", server_error("stash.exception.NoSuchChangesetException")),
    ("vsts", azure_error("TF401175:Die Version gibt es nicht.")),
    ("vsts", azure_error("?", "GitUnresolvableToCommitException")),
    ("vsts", azure_error("?", "GitCommitDoesNotExistException")),
]


@pytest.mark.parametrize("read", AT_SHA, ids=of_ref)
@pytest.mark.parametrize(("key", "body"), NO_REF)
def test_the_error_alone_says_that_a_commit_is_missing(key: str, body: Any, read: tuple[str, Any]) -> None:
    vendor = Vendor(key, default_branch="main", url="https://code.example.com/acme/rocket")
    says(vendor, body)
    assert reason(vendor.call(*read)) == "REF_NOT_FOUND"


NO_PATH = [
    ("bitbucket", cloud_error("No such file or directory: Repository x not found")),
    ("bitbucket_server", server_error("bitbucket.content.NoSuchPathException")),
    ("vsts", azure_error("TF401174: The item '/x' could not be found.", "GitItemNotFoundException")),
]


@pytest.mark.parametrize(("key", "body"), NO_PATH)
def test_a_missing_path_costs_no_further_call(key: str, body: Any) -> None:
    vendor = Vendor(key, default_branch="main", url="https://code.example.com/acme/rocket")
    says(vendor, body)
    assert vendor.call("CheckFile", pb.CheckFileRequest(path="x", ref=SHA)) == pb.CheckFileResponse()
    assert len(vendor.asked) == 1


def test_a_401_for_a_known_integration_is_forbidden() -> None:
    vendor = Vendor("bitbucket_server")
    says(vendor, server_error("bitbucket.AuthorisationException"), 401)
    assert reason(vendor.call("ListCommits", pb.ListCommitsRequest())) == "VENDOR_FORBIDDEN"
    says(vendor, server_error("bitbucket.auth.IncorrectPasswordAuthenticationException"), 401)
    assert reason(vendor.call("ListCommits", pb.ListCommitsRequest())) == "INTEGRATION_UNAUTHORIZED"


# ---- pages for signing in


@pytest.mark.parametrize(
    ("key", "location"),
    [
        ("vsts", "https://spsprodweu4.vssps.visualstudio.com/_signin?realm=dev.azure.com&reply_to=x"),
        ("vsts", "https://app.vssps.visualstudio.com/_signin"),
        ("vsts", "https://login.microsoftonline.com/common/oauth2/authorize?client_id=1"),
        ("vsts", "/_signin?realm=x"),
        ("vsts", "/tfs/_signin"),
        ("bitbucket", "https://id.atlassian.com/login?continue=x"),
        ("bitbucket", "https://bitbucket.org/account/signin/?next=/x"),
        ("bitbucket_server", "/login?next=%2Fx"),
        ("bitbucket_server", "https://stash.example.com:8443/bitbucket/login.action"),
        ("gitlab", "/users/sign_in"),
        ("gitlab", "https://gitlab.example.org/gitlab/users/sign_in"),
        ("github_enterprise", "/login?return_to=x"),
        ("github_enterprise", "https://github.example.org/login/oauth/authorize"),
    ],
)
def test_a_redirect_to_sign_in_means_an_invalid_credential(key: str, location: str) -> None:
    vendor = Vendor(key, url="https://code.example.com/acme/rocket")
    vendor.on("GET", ".*", b"<html>Object moved</html>", 302, headers={"Location": location})
    assert reason(vendor.call("ListCommits", pb.ListCommitsRequest(ref=SHA))) == "INTEGRATION_UNAUTHORIZED"
    access = vendor.call("CheckRepositoryAccess", pb.CheckRepositoryAccessRequest())
    assert (access.accessible, access.reason) == (False, "INTEGRATION_UNAUTHORIZED")


@pytest.mark.parametrize("location", ["https://elsewhere.example.com/api", "https://dev.azure.com.example.com/x"])
def test_any_other_redirect_to_another_site_is_a_bad_answer(location: str) -> None:
    vendor = Vendor("vsts").on("GET", ".*", b"", 302, headers={"Location": location})
    assert reason(vendor.call("ListCommits", pb.ListCommitsRequest(ref=SHA))) == "BAD_VENDOR_RESPONSE"


def test_a_repository_that_is_called_login_may_move() -> None:
    path, commits = "/rest/api/1.0/projects/ACME/repos", {"values": [], "isLastPage": True}
    vendor = Vendor("bitbucket_server").on("GET", f"{path}/login", commits)
    vendor.on("GET", f"{path}/rocket/commits", b"", 301, headers={"Location": f"{path}/login"})
    assert vendor.call("ListCommits", pb.ListCommitsRequest(ref=SHA)) == pb.ListCommitsResponse()


# ---- people and dates


def commit_by(key: str, **people: Any) -> Vendor:
    if key == "bitbucket":
        body: Any = {"type": "commit", "hash": SHA, "message": "m", "parents": [], **people}
        return Vendor(key).on("GET", ".*/commit/.*", body).on("GET", ".*/diffstat/.*", {"values": []})
    if key == "bitbucket_server":
        body = {"id": SHA, "message": "m", "parents": [], **people}
        changes = {"values": [], "isLastPage": True}
        return Vendor(key).on("GET", ".*/commits/.*", body).on("GET", ".*/changes", changes)
    return (
        Vendor(key).on("GET", ".*/changes", {"changes": []}).on("GET", f".*/commits/{SHA}", {"commitId": SHA, **people})
    )


@pytest.mark.parametrize(
    ("key", "people"),
    [
        ("bitbucket", {}),
        ("bitbucket", {"author": None, "committer": {"type": "author", "raw": "", "user": None}}),
        ("bitbucket_server", {}),
        ("bitbucket_server", {"author": {}, "committer": None}),
        ("vsts", {}),
        ("vsts", {"author": {"date": "0001-01-01T00:00:00Z"}, "committer": {"date": "0001-01-01T00:00:00"}}),
    ],
)
def test_author_and_date_are_unset_if_the_vendor_gives_none(key: str, people: Any) -> None:
    commit = commit_by(key, **people).call("GetCommit", pb.GetCommitRequest(commit_sha=SHA))
    told = [commit.HasField(field) for field in ("author", "committer", "date_added")]
    assert told == [False, False, False]


@pytest.mark.parametrize(
    ("key", "author", "name", "email"),
    [
        ("bitbucket", {"raw": "Ada", "user": None}, "Ada", ""),
        ("bitbucket", {"raw": "<ada@example.com>"}, "", "ada@example.com"),
        ("bitbucket", {"user": {"display_name": "Ada"}}, "Ada", ""),
        ("bitbucket_server", {"name": "ada"}, "ada", ""),
        ("bitbucket_server", {"emailAddress": "ada@example.com"}, "", "ada@example.com"),
        ("vsts", {"name": "Ada"}, "Ada", ""),
        ("vsts", {"email": "ada@example.com", "date": "2026-01-02T03:04:05Z"}, "", "ada@example.com"),
    ],
)
def test_a_person_without_name_or_email(key: str, author: Any, name: str, email: str) -> None:
    commit = commit_by(key, author=author).call("GetCommit", pb.GetCommitRequest(commit_sha=SHA))
    assert (commit.author.name, commit.author.email) == (name, email)
    assert not commit.HasField("committer")
    assert commit.date_added.seconds == (1767323045 if "date" in author else 0)


# ---- addresses

STASH = "https://stash.example.com/projects/ACME/repos/rocket"
BITBUCKET = "https://bitbucket.org/acme/rocket"
AZURE = "https://dev.azure.com/acme/Big%20Project/_git/Big%20Rocket"
OLD_AZURE = "https://acme.visualstudio.com"


@pytest.mark.parametrize(
    ("key", "url", "ref", "path", "line"),
    [
        ("bitbucket_server", f"{STASH}/browse/src/a.py#12-15", "main", "src/a.py", 12),
        ("bitbucket_server", f"{STASH}/browse/a.py?at=refs%2Fheads%2Ffeature%2Fx#12,14-16", "feature/x", "a.py", 12),
        ("bitbucket_server", f"{STASH}/raw/a%20b.py?at=refs%2Ftags%2Fv1", "v1", "a b.py", 0),
        ("bitbucket_server", f"{STASH}/annotate/a.py?at={SHA}#7", SHA, "a.py", 7),
        ("bitbucket_server", f"{STASH}/browse/a.py#no-12", "main", "a.py", 0),
        ("bitbucket_server", f"{STASH.lower()}/browse/A.py", "main", "A.py", 0),
        ("bitbucket", f"{BITBUCKET}/src/main/a.py#lines-12", "main", "a.py", 12),
        ("bitbucket", f"{BITBUCKET}/src/main/a.py#lines-12:15", "main", "a.py", 12),
        ("bitbucket", f"{BITBUCKET}/src/feature%2Fx/a.py?at=feature%2Fx#lines-12,20:22", "feature/x", "a.py", 12),
        ("bitbucket", f"{BITBUCKET}/src/{SHA}/src/a.py?fileviewer=file-view-default#a.py-12:15", SHA, "src/a.py", 12),
        ("bitbucket", f"{BITBUCKET}/src/main/a.py#cl-12", "main", "a.py", 12),
        ("bitbucket", f"{BITBUCKET}/src/main/README.md#markdown-header-step-3", "main", "README.md", 0),
        ("bitbucket", f"{BITBUCKET}/raw/main/a.py", "main", "a.py", 0),
        ("bitbucket", f"{BITBUCKET}/annotate/main/a.py", "main", "a.py", 0),
        (
            "vsts",
            f"{AZURE}?path=/a.py&version=GBfeature%2Fx&line=12&lineEnd=15&lineStartColumn=1",
            "feature/x",
            "a.py",
            12,
        ),
        ("vsts", f"{AZURE}?path=%2Fa.py&version=GTv1&_a=contents", "v1", "a.py", 0),
        ("vsts", f"{AZURE}?version=GC{SHA}&path=/a.py", SHA, "a.py", 0),
        ("vsts", f"{OLD_AZURE}/Big%20Project/_git/Big%20Rocket?path=/a.py", "main", "a.py", 0),
        ("vsts", f"{OLD_AZURE}/DefaultCollection/Big%20Project/_git/_full/Big%20Rocket?path=/a.py", "main", "a.py", 0),
        ("vsts", f"{AZURE}#path=%2Fa.py&version=GBmain&line=12&_a=contents", "main", "a.py", 12),
    ],
)
def test_the_first_line_of_the_ranges_in_an_address(key: str, url: str, ref: str, path: str, line: int) -> None:
    vendor = Vendor(key, default_branch="main", url=AZURE if key == "vsts" else "")
    found = vendor.adapter.parse_source_url(url)
    assert found == pb.ResolvedSourceUrl(repository_id=7, ref=ref, path=path, line_number=line)


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("bitbucket_server", f"{STASH}/commits/{SHA}"),
        ("bitbucket_server", f"{STASH}-2/browse/a.py"),
        ("bitbucket_server", "https://stash.example.com/users/ACME/repos/rocket/browse/a.py"),
        ("bitbucket", f"{BITBUCKET}/commits/{SHA}"),
        ("bitbucket", f"{BITBUCKET}-2/src/main/a.py"),
        ("vsts", "https://dev.azure.com/other/Big%20Project/_git/Big%20Rocket?path=/a.py"),
    ],
)
def test_an_address_of_something_else(key: str, url: str) -> None:
    assert Vendor(key, url=AZURE if key == "vsts" else "").adapter.parse_source_url(url) is None


@pytest.mark.parametrize("home", ["projects/~ada", "users/ada", "users/ADA"])
def test_a_personal_repository_below_the_path_of_an_installation(home: str) -> None:
    vendor = Vendor("bitbucket_server", metadata={"base_url": "https://code.example.com/bitbucket"})
    vendor.identifier = "~ada/dots"
    found = vendor.adapter.parse_source_url(f"https://code.example.com/bitbucket/{home}/repos/dots/browse/a.py#3")
    assert found == pb.ResolvedSourceUrl(repository_id=7, path="a.py", line_number=3)


@pytest.mark.parametrize(
    ("stored", "url"),
    [
        ("https://dev.azure.com/acme/rocket/_git/rocket", "https://dev.azure.com/acme/_git/rocket"),
        (
            "https://dev.azure.com/acme/_git/rocket",
            "https://acme.visualstudio.com/DefaultCollection/rocket/_git/rocket",
        ),
        ("https://acme.visualstudio.com/_git/rocket", "https://acme@dev.azure.com/acme/rocket/_git/rocket"),
        ("https://acme.visualstudio.com/DefaultCollection/P/_git/rocket", "https://dev.azure.com/acme/P/_git/rocket"),
        ("https://tfs.example.com/tfs/Main/P/_git/P", "https://tfs.example.com/tfs/Main/_git/P"),
    ],
)
def test_a_repository_is_found_by_each_of_its_addresses(stored: str, url: str) -> None:
    file = f"{url}?path=/a.py&line=3"
    assert any(same.startswith(f"{stored}") for same in adapters()["vsts"].same_addresses(url))
    assert Vendor("vsts", url=stored).adapter.parse_source_url(file).line_number == 3


def test_a_server_repository_is_found_by_each_of_its_addresses() -> None:
    stored = "https://stash.example.com/projects/~ada/repos/dots/browse"
    same = adapters()["bitbucket_server"].same_addresses("https://stash.example.com/users/ada/repos/dots/raw/a.py")
    assert any(address.startswith(f"{stored}/") for address in same)


# ---- searches


def azure_search(answer: Any, status: int = 200) -> Vendor:
    vendor = Vendor("vsts", url=AZURE)
    vendor.on("GET", ".*/repositories/.*", {"id": vendor.identifier, "name": "rocket", "project": {"name": "P"}})
    return vendor.on("POST", ".*/codesearchresults", answer, status)


SEARCH = pb.SearchCodeRequest(query="leak")


@pytest.mark.parametrize("code", [1, 2, 6, 7, 9, 13])
def test_azure_has_not_indexed_everything(code: int) -> None:
    assert (
        reason(azure_search({"count": 0, "results": [], "infoCode": code}).call("SearchCode", SEARCH)) == "NOT_INDEXED"
    )
    vendor = azure_search({})
    hit = {"path": "/a.py", "repository": {"id": vendor.identifier}}
    vendor.on("POST", ".*/codesearchresults", {"count": 1, "results": [hit], "infoCode": code})
    answer = vendor.call("SearchCode", SEARCH)
    assert (len(answer.matches), answer.incomplete, answer.incomplete_reason) == (1, True, "NOT_INDEXED")


@pytest.mark.parametrize("code", [0, 8, 10])
def test_azure_has_searched_everything(code: int) -> None:
    assert (
        azure_search({"count": 0, "results": [], "infoCode": code}).call("SearchCode", SEARCH)
        == pb.SearchCodeResponse()
    )


@pytest.mark.parametrize("code", [3, 4, 5, 19, 20])
def test_azure_refuses_the_query(code: int) -> None:
    found = azure_search({"count": 0, "results": [], "infoCode": code}).call("SearchCode", SEARCH)
    assert isinstance(found, InvalidArgument)


def test_azure_trims_a_page_of_results() -> None:
    vendor, starts = azure_search({}), []

    def page(_: Any) -> Any:
        starts.append(len(starts) * 2)
        found = [{"path": f"/{starts[-1] + n}", "repository": {"id": vendor.identifier}} for n in range(2)]
        return {"count": 6, "results": found, "infoCode": 8}

    vendor.on("POST", ".*/codesearchresults", page)
    assert [match.path for match in vendor.call("SearchCode", SEARCH).matches] == list("012345")


@pytest.mark.parametrize("key", ["bitbucket", "vsts"])
def test_an_existing_repository_without_code_search(key: str) -> None:
    """For example without the extension Code Search, or in a workspace with code search switched off."""
    vendor = Vendor(key, url=AZURE if key == "vsts" else "")
    vendor.on(
        "GET", ".*/repositories/.*", {"id": "1", "full_name": "a/b", "uuid": "1", "name": "b", "project": {"name": "P"}}
    )
    for method in ("GET", "POST"):
        vendor.on(method, ".*(/search/code|codesearchresults)", {"message": "?"}, 404)
    found = vendor.call("SearchCode", SEARCH)
    assert isinstance(found, FailedPrecondition)
    assert found.reason == "VENDOR_DISABLED"


@pytest.mark.parametrize("count", [1, 7])
@pytest.mark.parametrize("key", ["bitbucket", "bitbucket_server"])
def test_a_file_with_more_hits_than_are_shown(key: str, count: int) -> None:
    if key == "bitbucket":
        lines = [{"line": 3, "segments": [{"text": "a "}, {"text": "leak", "match": True}]}]
        link = {"self": {"href": f"https://api.bitbucket.org/2.0/repositories/acme/rocket/src/{SHA}/a.py"}}
        file = {"path": "a.py", "links": link}
        hit: Any = {"content_match_count": count, "content_matches": [{"lines": lines}], "file": file}
        vendor = Vendor(key).on("GET", ".*/search/code", {"values": [hit]})
    else:
        place = {"slug": "rocket", "project": {"key": "ACME"}}
        lines = [{"line": 3, "text": "a <em>leak</em>"}]
        hit = {"repository": place, "file": "a.py", "hitContexts": [lines], "hitCount": count}
        vendor = Vendor(key).on("POST", ".*/search", {"code": {"values": [hit], "isLastPage": True}})
    answer = vendor.call("SearchCode", SEARCH)
    assert [match.line_number for match in answer.matches] == [3]
    assert answer.incomplete_reason == ("VENDOR_LIMIT" if count > 1 else "")


# ---- lists


def test_a_server_lists_at_most_a_thousand_changes() -> None:
    def page(query: dict[str, str]) -> Any:
        start = int(query["start"])
        changes = [{"type": "MODIFY", "path": {"toString": f"{start + n}"}} for n in range(100)]
        return {"values": changes, "isLastPage": start == 900, "nextPageStart": start + 100, "start": start}

    vendor = Vendor("bitbucket_server").on("GET", f".*/commits/{SHA}/changes", page)
    answer = vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA), page_size=1000)
    assert (len(answer.file_changes), answer.incomplete_reason) == (1000, "VENDOR_LIMIT")


def test_a_page_that_does_not_say_where_the_next_starts() -> None:
    def page(query: dict[str, str]) -> Any:
        start = int(query["start"])
        commits = [{"id": f"{start + n:040}", "parents": []} for n in range(2)]
        return {"values": commits, "isLastPage": start == 4, "start": start, "nextPageStart": None}

    vendor = Vendor("bitbucket_server").on("GET", ".*/commits", page)
    assert len(vendor.call("ListCommits", pb.ListCommitsRequest(ref=SHA)).commits) == 6


def test_azure_repositories_of_old_servers_and_without_commits() -> None:
    listed = [
        {
            "id": "278d5cd2-584d-4b63-824a-2ba458937249",
            "name": "Big Rocket",
            "project": {"name": "Big Project"},
            "remoteUrl": "https://acme@dev.azure.com/acme/Big%20Project/_git/Big%20Rocket",
        }
    ]
    vendor = Vendor("vsts").on("GET", ".*/_apis/git/repositories", {"count": 1, "value": listed})
    (found,) = vendor.call("SearchRepositories", pb.SearchRepositoriesRequest()).repositories
    assert (found.url, found.default_branch) == (AZURE, "")
    listed[0]["remoteUrl"] = "https://[half/"
    (found,) = vendor.call("SearchRepositories", pb.SearchRepositoriesRequest()).repositories
    assert found.url == ""


# ---- work items


def test_a_work_item_has_the_same_name_in_every_rpc() -> None:
    fields = {
        "System.Title": "Leak",
        "System.State": "New",
        "System.TeamProject": "P",
        "System.AreaPath": "P\\Web",
        "System.WorkItemType": "Bug",
    }

    def batch(query: dict[str, str]) -> Any:
        asked = query["fields"].split(",")
        return {"value": [None, {"id": 7, "fields": {name: fields[name] for name in asked if name in fields}}]}

    vendor = Vendor("vsts").on("POST", ".*/wiql", {"workItems": [{"id": 8}, {"id": 7}]})
    vendor.on("GET", ".*/workitems", batch).on("GET", ".*/workitems/7", {"id": 7, "fields": fields})
    vendor.on("GET", ".*/states", {"value": [{"name": "New", "category": "Proposed"}]})
    (found,) = vendor.call("SearchIssues", pb.SearchIssuesRequest(query="Leak", destination="P")).issues
    assert found == vendor.adapter.get_issue("7")
    assert found.metadata["display_name"] == "P\\Web#7"


def test_a_query_that_finds_too_many_work_items() -> None:
    limit = azure_error("VS402337: The number of work items returned exceeds the size limit of 20000.")
    vendor = Vendor("vsts").on("POST", ".*/wiql", limit, 400)
    found = vendor.call("SearchIssues", pb.SearchIssuesRequest(query="Leak", destination="P"))
    assert isinstance(found, FailedPrecondition)
    assert found.reason == "VENDOR_LIMIT"


def test_a_page_that_leads_to_itself_ends() -> None:
    """Responses about a full SHA are cached. Once, such a page was read without end or deadline."""
    vendor = Vendor("bitbucket")
    path = "/2.0/repositories/acme/rocket/commits"
    page = f"https://api.bitbucket.org{path}?pagelen=100&include={SHA}"
    vendor.on("GET", path, {"values": [], "next": page})
    found = vendor.call("StreamCommits", pb.StreamCommitsRequest(ref=SHA))
    assert (found.code.name, found.reason) == ("UNAVAILABLE", "BAD_VENDOR_RESPONSE")
