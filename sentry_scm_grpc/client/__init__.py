"""The Python client: ``ScmClient``, and the exceptions it raises in ``errors``. docs/client.md shows how to use it.

Needs the extra ``client``; neither Django nor the server's dependencies.
"""

from sentry_scm_grpc.client.client import ScmClient
from sentry_scm_grpc.client.errors import ScmError, Status

__all__ = ["ScmClient", "ScmError", "Status"]
