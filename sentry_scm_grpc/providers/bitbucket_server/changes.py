"""What Bitbucket Server's answers say, as messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.vendor.absence import Lack, lack_by_status
from sentry_scm_grpc.providers.vendor.reading import bad_answer, person, text
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.v1 import scm_pb2 as pb

CHANGE_KINDS = {
    "ADD": pb.FILE_CHANGE_KIND_ADDED,
    "DELETE": pb.FILE_CHANGE_KIND_DELETED,
    "MOVE": pb.FILE_CHANGE_KIND_RENAMED,
    "COPY": pb.FILE_CHANGE_KIND_COPIED,
    "MODIFY": pb.FILE_CHANGE_KIND_MODIFIED,
    # "UNKNOWN" is documented too.
}
WITH_PREVIOUS = (pb.FILE_CHANGE_KIND_RENAMED, pb.FILE_CHANGE_KIND_COPIED)

# By the class of the exception; its package is com.atlassian.bitbucket, and was com.atlassian.stash before 4.0.
_LACKS = {
    "NoSuchRepositoryException": Lack.REPOSITORY,
    "NoSuchProjectException": Lack.REPOSITORY,
    # The owner of a personal repository.
    "NoSuchUserException": Lack.REPOSITORY,
    "NoSuchCommitException": Lack.REF,
    "NoSuchChangesetException": Lack.REF,
    "NoSuchBranchException": Lack.REF,
    "NoSuchTagException": Lack.REF,
    "NoSuchRefException": Lack.REF,
    "NoDefaultBranchException": Lack.REF,
    "EmptyRepositoryException": Lack.REF,
    "NoSuchPathException": Lack.PATH,
    "NoSuchObjectException": Lack.REF_OR_PATH,
}


def lack_of(status: int, told: Any) -> Lack | None:
    """The name of the exception says what is missing, whatever the status and the language of the message."""
    errors = told.get("errors") if isinstance(told, Mapping) else None
    for error in errors if isinstance(errors, list) else []:
        name = text(error, "exceptionName").rpartition(".")[2]
        if name in _LACKS and 400 <= status < 500:
            return _LACKS[name]
        if name == "CaptchaRequiredAuthenticationException":
            raise error_of_status(401)
        # The server answers 401 to whom it knows, too.
        if name == "AuthorisationException" and status == 401:
            raise error_of_status(403)
    return lack_by_status(status, told)


def person_of(found: Any, role: str) -> pb.CommitAuthor | None:
    """The name of who has an account there is that of the account, and its "name" the login."""
    name = text(found, role, "displayName") or text(found, role, "name")
    return person(name, text(found, role, "emailAddress"))


def change_of(found: Mapping[str, Any]) -> pb.FileChange:
    kind = CHANGE_KINDS.get(text(found, "type"), pb.FILE_CHANGE_KIND_UNSPECIFIED)
    previous = path_of(found, "srcPath") if kind in WITH_PREVIOUS else ""
    path = path_of(found, "path")
    if not path:
        raise bad_answer()
    return pb.FileChange(path=path, kind=kind, previous_path=previous)


def path_of(found: Any, name: str) -> str:
    """A path, whole or in parts, as later versions document it; empty where there is none."""
    path = found.get(name) if isinstance(found, Mapping) else None
    parts = path.get("components") if isinstance(path, Mapping) else None
    whole = "/".join(part for part in parts if isinstance(part, str)) if isinstance(parts, list) else ""
    return text(path, "toString") or whole
