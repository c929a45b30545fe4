# A program of a user, for type checkers: they must find an error in each line marked WRONG, and in no other.
from sentry_scm_client import AsyncScmClient, ScmClient, errors
from sentry_scm_client.v1 import scm_pb2

client = ScmClient("http://127.0.0.1:8800", api_key="scm_...")
blame = client.get_commit_context(repository_id=1, commit_sha="HEAD", filepath="README.md", line_number=1)
print(blame.blame_author.name, blame.derived)
print(blame.nope)  # WRONG
client.get_commit_context(repository_id=1)  # WRONG
client.get_commit_context(repository_id="1", commit_sha="HEAD", filepath="README.md", line_number=1)  # WRONG
for repository in client.iter_repositories(query="rocket", provider="PROVIDER_GITHUB"):
    print(repository.id + 1, repository.config["path"], repository.provider == scm_pb2.PROVIDER_GITHUB)
    print(repository.nope)  # WRONG
print(client.list_repositories().repositories[0].nope)  # WRONG
client.get_commit(scm_pb2.GetCommitRequest(repository_id=1, commit_sha="HEAD"))
scm_pb2.GetCommitRequest(nope=1)  # WRONG
client.update_repository(repository={"id": 1, "name": "acme/rocket"}, update_mask=["name"])
try:
    client.nope()  # WRONG
except errors.NotFound as error:
    print(error.reason, error.violations[0].field, error.status.name)


async def main() -> None:
    async with AsyncScmClient("http://127.0.0.1:8800") as other:
        found = await other.get_repository(repository_id=1)
        print(found.name)
        print(found.nope)  # WRONG
        async for entry in other.stream_tree(repository_id=1):
            print(entry.path)
