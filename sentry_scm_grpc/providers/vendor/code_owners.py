"""The code owners file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sentry_scm_grpc.errors import FailedPrecondition, NotFound
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.files import MAX_BYTES, Files
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.v1 import scm_pb2 as pb


class CodeOwnersFile(Files):
    """GetCodeOwners."""

    permissions = {"get_code_owners": Permission.READ_FILES}

    #: The paths at which the vendor looks for the file, in its order.
    code_owners_locations: ClassVar[Sequence[str]]
    #: The vendor's rules for the file.
    code_owners_rules: ClassVar[codeowners.Rules] = codeowners.GITHUB
    #: Whether the vendor ignores a file that is too large to be read here.
    code_owners_limited: ClassVar[bool] = False

    def get_code_owners(self, call: Call, request: pb.GetCodeOwnersRequest) -> pb.CodeOwners:
        for path in self.code_owners_locations:
            try:
                found = self.found_file(path, request.ref, MAX_BYTES)
            except NotFound as error:
                if error.reason != "PATH_NOT_FOUND":
                    raise
                continue
            except FailedPrecondition as error:
                if error.reason == "FILE_TOO_LARGE" and self.code_owners_limited:
                    raise NotFound(
                        f"{path} is larger than 3 MB. {self.name} does not read it, so there are no code owners.",
                        reason="CODE_OWNERS_NOT_FOUND",
                    ) from error
                if error.reason != "NOT_A_FILE":
                    raise
                continue
            rules = codeowners.rules_for(path, self.code_owners_rules, found.content)
            url = self.url_of(path, request.ref, 0)
            return codeowners.answer(path, found.content, request.paths, rules, url=url)
        raise NotFound(
            f"The repository has no code owners file: {self.name} looks at {', '.join(self.code_owners_locations)}.",
            reason="CODE_OWNERS_NOT_FOUND",
        )
