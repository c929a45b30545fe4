"""Archives. Bitbucket's API has none: they are at the address of its web pages, which takes the same header
Authorization, but not the JWT of a Connect app, which a Sentry has.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sentry_scm_grpc.errors import Unimplemented
from sentry_scm_grpc.providers.bitbucket.api import BitbucketApi
from sentry_scm_grpc.providers.vendor.archives import TAR_GZ, Address, Archives, Wanted
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.standalone import Standalone

NOT_IN_SENTRY = (
    "Bitbucket has archives outside of its API, and does not accept the credentials of Sentry's integration there. The"
    " standalone server can read them with a token of your own."
)


class BitbucketArchives(BitbucketApi, Archives):
    only_standalone = {"stream_archive": NOT_IN_SENTRY}

    def archive_address(self, wanted: Wanted) -> Address:
        if not isinstance(self.live, Standalone):
            raise Unimplemented(NOT_IN_SENTRY, metadata={"provider": self.key})
        kind = "tar.gz" if wanted.format == TAR_GZ else "zip"
        web = self.live.web
        return Address(
            f"{web}/{quoted_path(self.full_name)}/get/{wanted.sha}.{kind}",
            headers={"Accept": "*/*"},
            hosts=frozenset({urlsplit(web).hostname or ""}),
        )
