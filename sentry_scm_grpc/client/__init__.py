"""The Python client: ``ScmClient``, ``AsyncScmClient``, ``HmacSigner``, the exceptions in ``errors``: docs/client.md.

Needs the extra ``client``; neither Django nor the server's dependencies.
"""

from sentry_scm_grpc.client.aio import AsyncScmClient
from sentry_scm_grpc.client.client import ScmClient
from sentry_scm_grpc.client.errors import ScmError, Status
from sentry_scm_grpc.client.signing import HmacSigner

__all__ = ["AsyncScmClient", "HmacSigner", "ScmClient", "ScmError", "Status"]
