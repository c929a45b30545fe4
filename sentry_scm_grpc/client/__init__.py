"""The Python client: ``ScmClient``, ``HmacSigner``, the exceptions in ``errors``. docs/client.md shows their use.

Needs the extra ``client``; neither Django nor the server's dependencies.
"""

from sentry_scm_grpc.client.client import ScmClient
from sentry_scm_grpc.client.errors import ScmError, Status
from sentry_scm_grpc.client.signing import HmacSigner

__all__ = ["HmacSigner", "ScmClient", "ScmError", "Status"]
