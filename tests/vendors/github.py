"""GitHub.com as its documentation has it: https://docs.github.com/en/rest and https://docs.github.com/en/graphql"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from graphql import GraphQLError, build_schema, graphql_sync

from tests.vendors import github_forms as forms
from tests.vendors.archive import archive_of
from tests.vendors.fake import NoSuchThing, Reply, Request, page_of, route
from tests.vendors.github_account import AccountOfGitHub
from tests.vendors.github_checks import ChecksOfGitHub
from tests.vendors.github_pipelines import PipelinesOfGitHub
from tests.vendors.github_pulls import PullsOfGitHub
from tests.vendors.github_refs import RefsOfGitHub
from tests.vendors.github_reviews import ReviewsOfGitHub
from tests.vendors.pull_request_writes import PullWritesOfGitHub
from tests.vendors.ref_writes import WritesOfGitHub
from tests.vendors.world import Change, Commit, Issue, Person, blob_sha, hunks_of, sha_of

REPOSITORY = r"/repos/acme/rocket"

# The part of GitHub's schema that has to do with commits and files.
SCHEMA = build_schema(
    """
    scalar DateTime
    scalar GitObjectID
    scalar GitRefname
    scalar GitTimestamp
    type Query {
        repository(owner: String!, name: String!, followRenames: Boolean = true): Repository
        node(id: ID!): Node
    }
    interface Node { id: ID! }
    type Mutation {
        updateRefs(input: UpdateRefsInput!): UpdateRefsPayload
        convertPullRequestToDraft(input: ConvertPullRequestToDraftInput!): ConvertPullRequestToDraftPayload
        markPullRequestReadyForReview(input: MarkPullRequestReadyForReviewInput!): MarkPullRequestReadyForReviewPayload
        resolveReviewThread(input: ResolveReviewThreadInput!): ResolveReviewThreadPayload
        unresolveReviewThread(input: UnresolveReviewThreadInput!): UnresolveReviewThreadPayload
    }
    input ConvertPullRequestToDraftInput { clientMutationId: String pullRequestId: ID! }
    type ConvertPullRequestToDraftPayload { clientMutationId: String }
    input MarkPullRequestReadyForReviewInput { clientMutationId: String pullRequestId: ID! }
    type MarkPullRequestReadyForReviewPayload { clientMutationId: String }
    input ResolveReviewThreadInput { clientMutationId: String threadId: ID! }
    input UnresolveReviewThreadInput { clientMutationId: String threadId: ID! }
    type ResolveReviewThreadPayload { clientMutationId: String thread: PullRequestReviewThread }
    type UnresolveReviewThreadPayload { clientMutationId: String thread: PullRequestReviewThread }
    input UpdateRefsInput { clientMutationId: String repositoryId: ID! refUpdates: [RefUpdate!]! }
    input RefUpdate { name: GitRefname! afterOid: GitObjectID! beforeOid: GitObjectID force: Boolean = false }
    type UpdateRefsPayload { clientMutationId: String }
    enum RefOrderField { TAG_COMMIT_DATE ALPHABETICAL }
    enum OrderDirection { ASC DESC }
    input RefOrder { field: RefOrderField! direction: OrderDirection! }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    type Ref { name: String! target: GitObject }
    type RefConnection { nodes: [Ref] pageInfo: PageInfo! }
    type Repository {
        id: ID!
        object(expression: String, oid: GitObjectID): GitObject
        ref(qualifiedName: String!): Ref
        pullRequest(number: Int!): PullRequest
        refs(refPrefix: String!, query: String, first: Int, after: String, orderBy: RefOrder): RefConnection
    }
    interface GitObject { oid: GitObjectID! }
    type Tag implements GitObject { oid: GitObjectID! target: GitObject! message: String tagger: GitActor }
    type Tree implements GitObject { oid: GitObjectID! }
    type Blob implements GitObject {
        oid: GitObjectID!
        byteSize: Int!
        isBinary: Boolean
        isTruncated: Boolean!
        text: String
    }
    enum StatusState { EXPECTED ERROR FAILURE PENDING SUCCESS }
    type StatusCheckRollup { state: StatusState! }
    type Commit implements GitObject {
        oid: GitObjectID!
        statusCheckRollup: StatusCheckRollup
        message: String!
        authoredDate: DateTime!
        committedDate: DateTime!
        author: GitActor
        file(path: String!): TreeEntry
        blame(path: String!): Blame!
    }
    type TreeEntry { type: String! mode: Int! oid: GitObjectID! object: GitObject }
    type GitActor { date: GitTimestamp name: String email: String user: User }
    scalar BigInt
    interface Actor { login: String! }
    type User implements Actor { login: String! }
    enum DiffSide { LEFT RIGHT }
    enum PullRequestState { CLOSED MERGED OPEN }
    enum MergeableState { CONFLICTING MERGEABLE UNKNOWN }
    enum MergeStateStatus { BEHIND BLOCKED CLEAN DIRTY DRAFT HAS_HOOKS UNKNOWN UNSTABLE }
    enum PullRequestReviewDecision { APPROVED CHANGES_REQUESTED REVIEW_REQUIRED }
    type PullRequestCommit { commit: Commit! }
    type PullRequestCommitConnection { nodes: [PullRequestCommit] }
    type PullRequest {
        id: ID!
        number: Int!
        repository: Repository!
        state: PullRequestState!
        isDraft: Boolean!
        headRefOid: GitObjectID!
        mergeable: MergeableState!
        mergeStateStatus: MergeStateStatus!
        reviewDecision: PullRequestReviewDecision
        commits(last: Int): PullRequestCommitConnection!
        reviewThreads(first: Int, after: String): PullRequestReviewThreadConnection!
    }
    type PullRequestReviewThreadConnection { nodes: [PullRequestReviewThread] pageInfo: PageInfo! }
    type PullRequestReviewThread implements Node {
        id: ID!
        pullRequest: PullRequest!
        isResolved: Boolean!
        isOutdated: Boolean!
        path: String!
        line: Int
        startLine: Int
        originalLine: Int
        originalStartLine: Int
        diffSide: DiffSide!
        comments(first: Int): PullRequestReviewCommentConnection!
    }
    type PullRequestReviewCommentConnection { nodes: [PullRequestReviewComment] pageInfo: PageInfo! }
    type PullRequestReviewComment {
        fullDatabaseId: BigInt
        body: String!
        createdAt: DateTime!
        updatedAt: DateTime!
        url: String!
        author: Actor
        replyTo: PullRequestReviewComment
        commit: Commit
        originalCommit: Commit
    }
    type Blame { ranges: [BlameRange!]! }
    type BlameRange { startingLine: Int! endingLine: Int! age: Int! commit: Commit! }
    """
)


class Fake(
    PullWritesOfGitHub,
    WritesOfGitHub,
    ReviewsOfGitHub,
    PullsOfGitHub,
    RefsOfGitHub,
    ChecksOfGitHub,
    PipelinesOfGitHub,
    AccountOfGitHub,
):
    key = "github"
    api = "https://api.github.com"
    web = "https://github.com/acme/rocket"
    # An installation token that needs no refresh.
    integration_metadata: ClassVar[Mapping[str, Any]] = {
        "domain_name": "github.com/acme",
        "account_type": "Organization",
        "access_token": "vendor-token",
        "expires_at": "3000-01-01T00:00:00",
    }
    stored_repository: ClassVar[Mapping[str, Any]] = {
        "name": "acme/rocket",
        "external_id": "1296269",
        "config": {"name": "acme/rocket"},
    }
    identifier = destination = "acme/rocket"
    blame_calls = 1
    not_found: ClassVar[Any] = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}

    def __init__(self) -> None:
        super().__init__()
        #: The roles of users; "releaser" is one of the organization's own.
        self.roles = {
            "ada": "admin",
            "bob": "maintain",
            "eve": "read",
            "zoe": "none",
            "rel": "releaser",
            "tim": "triage",
        }
        #: Annotated tags: a commit's SHA by name.
        self.tags: dict[str, str] = {}
        #: The modes of files that are not plain.
        self.modes: dict[str, str] = {}
        #: Trees larger than this are cut short, as GitHub cuts those of 100,000 entries.
        self.largest_tree = 100_000

    def issue_key(self, number: int) -> str:
        return f"acme/rocket#{number}"

    # ---- repositories

    @route("GET", r"/repos/acme/(?P<name>[^/]+)")
    def get_repository(self, request: Request, name: str) -> Any:
        if name not in ("rocket", *self.world.repositories):
            raise NoSuchThing
        return {**self._repository(name), **forms.counts()}

    @route("GET", r"/repos/acme/[^/]+/hooks")
    def list_hooks(self, request: Request) -> Any:
        """Sentry asks for them when it adds a repository, to see whether it may."""
        return []

    @route("GET", r"/installation/repositories")
    def list_repositories(self, request: Request) -> Reply:
        reply = self.list_repositories_of_organization(request)
        reply.body = {"total_count": len(self.world.repositories) + 1, "repositories": reply.body}
        return reply

    @route("GET", r"/orgs/acme/repos")
    def list_repositories_of_organization(self, request: Request) -> Reply:
        names = ["rocket", *self.world.repositories]
        items, reply = self._page(request, [self._repository(name) for name in names])
        reply.body = items
        return reply

    def _repository(self, name: str) -> Any:
        return forms.repository(self.rest, self.web, name)

    @property
    def rest(self) -> str:
        """The address of the REST API."""
        return self.api

    @route("GET", REPOSITORY + r"/collaborators/(?P<login>[^/]+)/permission")
    def get_permission(self, request: Request, login: str) -> Any:
        role = self.roles.get(login)
        if role is None:
            raise NoSuchThing
        # The permission that the role is based on.
        permission = {"triage": "read", "maintain": "write", "releaser": "write"}.get(role, role)
        return {"permission": permission, "role_name": role, "user": forms.collaborator(self.rest, login, role)}

    # ---- commits

    @route("GET", REPOSITORY + r"/commits")
    def list_commits(self, request: Request) -> Reply:
        ref = request.params.get("sha", "")
        if self.world.resolve(ref) is None:
            raise NoSuchThing
        commits = self.world.log(ref, request.params.get("path", ""))
        # ISO 8601, as sent by the client: "2024-01-01T00:00:00Z"
        since, until = (request.params.get(name, "") for name in ("since", "until"))
        dated = [
            commit
            for commit in commits
            if (not since or self._date(commit) >= since) and (not until or self._date(commit) <= until)
        ]
        items, reply = self._page(request, dated)
        reply.body = [self._commit(commit) for commit in items]
        return reply

    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+(/[^/]+)*)(?<!/pulls)")
    def get_commit(self, request: Request, ref: str) -> Reply:
        commit = self.world.commit(ref)
        if commit is None:
            return Reply(
                {"message": f"No commit found for SHA: {ref}", "documentation_url": "https://docs.github.com"}, 422
            )
        changes, reply = self._page(request, list(commit.changes))
        reply.body = {**self._commit(commit), "files": [self._change(change, commit) for change in changes]}
        return reply

    def _commit(self, commit: Commit) -> Any:
        url = f"{self.rest}/repos/acme/rocket"
        return {
            "sha": commit.sha,
            "node_id": "MDY6Q29tbWl0",
            "url": f"{url}/commits/{commit.sha}",
            "html_url": f"{self.web}/commit/{commit.sha}",
            "comments_url": f"{url}/commits/{commit.sha}/comments",
            "commit": {
                "url": f"{url}/git/commits/{commit.sha}",
                "author": self._person(commit.author, commit),
                "committer": self._person(commit.committer, commit),
                "message": commit.message,
                "tree": {"sha": sha_of("tree" + commit.sha), "url": f"{url}/git/trees/{sha_of('tree' + commit.sha)}"},
                "comment_count": 0,
            },
            # Null where the e-mail address belongs to no account.
            "author": forms.account(self.rest, "ada") if commit.author.name.startswith("Ada") else None,
            "committer": None,
            "parents": [
                {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{self.web}/commit/{sha}"}
                for sha in commit.parents
            ],
        }

    def _person(self, person: Person, commit: Commit) -> Any:
        return {"name": person.name, "email": person.email, "date": self._date(commit)}

    def _date(self, commit: Commit) -> str:
        return commit.date.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _change(self, change: Change, commit: Commit) -> Any:
        statuses = {"deleted": "removed"}
        found = {
            "sha": sha_of(change.path),
            "filename": change.path,
            "status": statuses.get(change.kind, change.kind),
            "additions": change.additions,
            "deletions": change.deletions,
            "changes": change.additions + change.deletions,
            "patch": hunks_of(change).removesuffix("\n"),
            "blob_url": f"{self.web}/blob/{commit.sha}/{quote(change.path)}",
            "raw_url": f"{self.web}/raw/{commit.sha}/{quote(change.path)}",
            "contents_url": f"{self.rest}/repos/acme/rocket/contents/{quote(change.path)}?ref={commit.sha}",
        }
        return {**found, "previous_filename": change.previous} if change.previous else found

    # ---- files

    @route("POST", r"/graphql")
    def graphql(self, request: Request) -> Any:
        root = {
            "repository": self._graph_repository,
            "updateRefs": self._graph_update_refs,
            "convertPullRequestToDraft": lambda info, input: self._graph_draft(True, input),
            "markPullRequestReadyForReview": lambda info, input: self._graph_draft(False, input),
            "node": self._graph_node,
            "resolveReviewThread": lambda info, input: self._graph_resolve(input, True),
            "unresolveReviewThread": lambda info, input: self._graph_resolve(input, False),
        }
        found = graphql_sync(SCHEMA, request.data["query"], root, variable_values=request.data["variables"])
        answer: dict[str, Any] = {"data": found.data}
        if found.errors:
            # GitHub has the kind of an error beside its message.
            answer["errors"] = [{**(error.extensions or {}), **error.formatted} for error in found.errors]
        return answer

    def _graph_repository(self, info: Any, owner: str, name: str, **_: Any) -> Any:
        if (owner, name) != ("acme", "rocket"):
            raise GraphQLError("Could not resolve to a Repository.", extensions={"type": "NOT_FOUND"})
        return {
            "id": "R_kgDOrocket",
            "object": lambda info, expression: self._graph_object(expression),
            "ref": lambda info, qualifiedName: self._graph_ref(qualifiedName),
            "pullRequest": lambda info, number: self._graph_pull(number),
            "refs": lambda info, **asked: self._graph_tags(**asked),
        }

    def _graph_object(self, expression: str) -> Any:
        if expression in self.tags:
            target = self._graph_object(self.tags[expression])
            return {"__typename": "Tag", "oid": sha_of("tag" + expression), "target": target}
        commit = self.world.commit(expression)
        return commit and self._graph_commit(commit)

    def _graph_commit(self, commit: Commit) -> Any:
        user = self._commit(commit)["author"]
        return {
            "__typename": "Commit",
            "oid": commit.sha,
            "message": commit.message,
            "authoredDate": self._date(commit),
            "committedDate": self._date(commit),
            "author": {"name": commit.author.name, "email": commit.author.email, "user": user},
            "file": lambda info, path: self._graph_file(path),
            "blame": lambda info, path: self._graph_blame(path),
            "statusCheckRollup": lambda info: self._graph_rollup(commit.sha),
        }

    def _graph_file(self, path: str) -> Any:
        if self.world.is_directory(path):
            return {"type": "tree", "mode": 0o40000, "oid": sha_of("tree" + path), "object": {"__typename": "Tree"}}
        if path not in self.world.files:
            return None
        mode = self.modes.get(path, "100644")
        entry = {"type": "commit" if mode == "160000" else "blob", "mode": int(mode, 8), "oid": self._blob_sha(path)}
        if mode == "160000":
            return {**entry, "object": None}
        content = self.world.files[path]
        try:
            shown = None if b"\0" in content else content.decode()[: 512 * 1024]
        except UnicodeDecodeError:
            shown = None
        blob = {
            "__typename": "Blob",
            "oid": entry["oid"],
            "byteSize": len(content),
            "text": shown,
            "isBinary": shown is None,
            "isTruncated": len(content) > 512 * 1024,
        }
        return {**entry, "object": blob}

    def _blob_sha(self, path: str) -> str:
        return blob_sha(self.world.files.get(path, b""))

    def _graph_blame(self, path: str) -> Any:
        if path not in self.world.files:
            raise GraphQLError("Something went wrong.", extensions={"type": "INTERNAL"})
        lines = range(1, len(self.world.lines(path)) + 1)
        return {
            "ranges": [
                {"startingLine": n, "endingLine": n, "age": 1, "commit": self._graph_commit(self.world.blame(n))}
                for n in lines
            ]
        }

    @route("GET", REPOSITORY + r"/git/blobs/(?P<sha>\w+)")
    def get_blob(self, request: Request, sha: str) -> Any:
        for path, content in self.world.files.items():
            if self._blob_sha(path) == sha:
                if "raw" in request.headers.get("Accept", ""):
                    return Reply(content, headers={"Content-Type": "application/vnd.github.raw+json; charset=utf-8"})
                return {
                    "sha": sha,
                    "node_id": "MDQ6QmxvYg==",
                    "url": f"{self.rest}/repos/acme/rocket/git/blobs/{sha}",
                    "size": len(content),
                    "content": base64.b64encode(content).decode(),
                    "encoding": "base64",
                }
        raise NoSuchThing

    @route("GET", REPOSITORY + r"/git/trees/(?P<ref>.+)")
    def get_tree(self, request: Request, ref: str) -> Any:
        trees = {sha_of("tree" + commit.sha): "" for commit in self.world.commits}
        paths = [path.split("/") for path in self.world.files]
        directories = {"/".join(parts[:n]) for parts in paths for n in range(1, len(parts))}
        trees |= {sha_of("tree" + path): path + "/" for path in directories}
        sha = self.world.resolve(ref)
        if sha is not None:
            # Also that of a commit on another branch.
            trees[sha_of(f"tree{sha}")] = ""
        root = ref if ref in trees else sha_of(f"tree{sha}")
        if root not in trees:
            raise NoSuchThing
        parent = trees[root]
        entries = [
            self._tree_entry(path, parent) for path in sorted({*directories, *self.world.files}, key=self._order)
        ]
        entries = [entry for entry in entries if entry["path"]]
        if "recursive" not in request.params:
            entries = [entry for entry in entries if "/" not in entry["path"]]
        truncated = "recursive" in request.params and len(entries) > self.largest_tree
        return {"sha": root, "tree": entries[: self.largest_tree] if truncated else entries, "truncated": truncated}

    def _order(self, path: str) -> bytes:
        """The order of git's trees: a directory as if its name ended in "/"."""
        return (path if path in self.world.files else path + "/").encode()

    def _tree_entry(self, path: str, parent: str) -> Any:
        below = path.removeprefix(parent) if path.startswith(parent) else ""
        if path not in self.world.files:
            return {"path": below, "mode": "040000", "type": "tree", "sha": sha_of("tree" + path)}
        mode = self.modes.get(path, "100644")
        entry = {"path": below, "mode": mode, "sha": self._blob_sha(path)}
        if mode == "160000":
            return {**entry, "type": "commit"}
        return {**entry, "type": "blob", "size": len(self.world.files[path])}

    @route("GET", r"/search/code")
    def search_code(self, request: Request) -> Reply:
        quoted = request.params["q"].split('"')
        assert len(quoted) == 3, "the searcher's text is one phrase"
        # Of a fork nothing is found unless forks are asked for.
        assert quoted[2].split() == ["repo:acme/rocket", "fork:true"]
        matches = list({match.path: match for match in self.world.matches(quoted[1])}.values())
        items, reply = self._page(request, matches)
        reply.body = {
            "total_count": len(matches),
            "incomplete_results": False,
            "items": [
                {
                    "name": match.path.rpartition("/")[2],
                    "path": match.path,
                    "sha": self._blob_sha(match.path),
                    "url": f"{self.rest}/repos/acme/rocket/contents/{quote(match.path)}?ref={self.world.head}",
                    "git_url": f"{self.rest}/repos/acme/rocket/git/blobs/{sha_of('blob' + match.path)}",
                    "html_url": f"{self.web}/blob/{self.world.head}/{quote(match.path)}",
                    "repository": forms.repository_in_brief(self.rest, self.web, "rocket"),
                    "score": 1.0,
                }
                for match in items
            ],
        }
        return reply

    @route("GET", r"/search/commits")
    def search_commits(self, request: Request) -> Reply:
        assert (request.params["sort"], request.params["order"]) == ("committer-date", "desc")
        _, words, rest = request.params["q"].split('"')
        place, *dates = rest.split()
        assert place == "repo:acme/rocket"
        since, until = dates[0].removeprefix("committer-date:").split("..") if dates else ("*", "*")
        # Whole words, in their order, whatever is between them.
        wanted = re.compile(r"\b" + r"\W+".join(map(re.escape, re.findall(r"\w+", words))) + r"\b", re.IGNORECASE)
        found = [
            commit
            for commit in self.world.commits
            if wanted.search(commit.message)
            and (since == "*" or self._date(commit) >= since)
            and (until == "*" or self._date(commit) <= until)
        ]
        items, reply = self._page(request, found)
        repository = forms.repository_in_brief(self.rest, self.web, "rocket")
        reply.body = {
            "total_count": len(found),
            "incomplete_results": False,
            "items": [{**self._commit(commit), "repository": repository, "score": 1.0} for commit in items],
        }
        return reply

    # ---- archives

    @property
    def codeload(self) -> str:
        """Where archives are: a host of its own, or a path of a server with one host."""
        parts = urlsplit(self.api)
        own = parts.netloc == "api.github.com"
        return f"{parts.scheme}://codeload.github.com" if own else f"{parts.scheme}://{parts.netloc}/_codeload"

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.api, self.codeload, self.storage)

    def is_accepted(self, request: Request) -> bool:
        if re.match(r"(/_storage)?/logs/", request.path):
            if not request.path.startswith("/_storage"):
                assert "Authorization" not in request.headers, "the credential is not for this host"
            return request.params == {"sig": "once"}
        if "/legacy." not in request.path:
            return super().is_accepted(request)
        if not request.path.startswith("/_codeload"):
            assert "Authorization" not in request.headers, "the credential is not for this host"
        return request.params == {"token": "once"}

    @route("GET", REPOSITORY + r"/(?P<kind>tarball|zipball)/(?P<sha>[^/]+)")
    def find_archive(self, request: Request, kind: str, sha: str) -> Reply:
        form = "tar.gz" if kind == "tarball" else "zip"
        return Reply(b"", 302, {"Location": f"{self.codeload}/acme/rocket/legacy.{form}/{sha}?token=once"})

    @route("GET", r"(/_codeload)?/acme/rocket/legacy\.(?P<kind>tar\.gz|zip)/(?P<sha>[^/]+)")
    def get_archive(self, request: Request, kind: str, sha: str) -> Reply:
        commit = self.commit_at(sha)
        made = archive_of(self.world.files, kind, f"acme-rocket-{commit.sha[:7]}/")
        return Reply(made, headers={"Content-Type": "application/x-gzip" if kind == "tar.gz" else "application/zip"})

    # ---- issues

    @route("GET", r"/search/issues")
    def search_issues(self, request: Request) -> Reply:
        quoted = request.params["q"].split('"')
        assert len(quoted) == 3, "the searcher's text is one phrase"
        assert quoted[2].split() == ["repo:acme/rocket", "type:issue"]
        issues = self.world.search_issues(quoted[1])
        items, reply = self._page(request, issues)
        reply.body = {
            "total_count": len(issues),
            "incomplete_results": False,
            "items": [{**self._issue(issue), "score": 1.0} for issue in items],
            "search_type": "lexical",
        }
        return reply

    @route("GET", REPOSITORY + r"/issues/(?P<number>\d+)")
    def get_issue(self, request: Request, number: str) -> Any:
        if int(number) not in self.world.issues:
            raise NoSuchThing
        return self._issue(self.world.issues[int(number)])

    @route("PATCH", REPOSITORY + r"/issues/(?P<number>\d+)")
    def update_issue(self, request: Request, number: str) -> Any:
        issue = self.world.issues[int(number)]
        issue.closed = request.data["state"] == "closed"
        return self._issue(issue)

    @route("GET", REPOSITORY + r"/issues")
    def list_issues(self, request: Request) -> Reply:
        # Closed ones too, whose maker may have been quick.
        assert request.params["state"] == "all"
        since = datetime.fromisoformat(request.params["since"])
        newest = [issue for issue in reversed(self.world.issues.values()) if issue.created >= since]
        items, reply = self._page(request, newest)
        reply.body = [self._issue(issue) for issue in items]
        return reply

    @route("POST", REPOSITORY + r"/issues")
    def create_issue(self, request: Request) -> Reply:
        issue = Issue(max(self.world.issues) + 1, request.data["title"], request.data.get("body") or "")
        self.world.issues[issue.number] = issue
        return Reply(self._issue(issue), 201)

    def _issue(self, issue: Issue) -> Any:
        return {
            **forms.issue(self.rest, issue.number, closed=issue.closed),
            "number": issue.number,
            "html_url": f"{self.web}/issues/{issue.number}",
            "title": issue.title,
            # Null where nothing was written.
            "body": issue.body or None,
            "state": "closed" if issue.closed else "open",
            "created_at": issue.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _page(self, request: Request, items: list[Any]) -> tuple[list[Any], Reply]:
        number, size = int(request.params.get("page", 1)), int(request.params.get("per_page", 30))
        found, more = page_of(items, number, min(size, 100))
        query = urlencode({**request.params, "page": number + 1})
        link = f'<{self.rest}{request.path}?{query}>; rel="next"'
        return found, Reply(headers={"Link": link} if more else {})
