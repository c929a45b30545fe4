"""Recognizes pages for signing in. A call with an invalid credential is redirected to one."""

from __future__ import annotations

import re

# Hosts only for signing in: Microsoft's, Azure DevOps's (spsprodeus1.vssps.visualstudio.com) and Atlassian's.
_HOSTS = re.compile(
    r"login\.(microsoftonline\.(com|us)|live\.com|windows\.net)|[\w.-]+\.vssps\.(visualstudio|dev\.azure)\.com"
    r"|vssps\.dev\.azure\.com|(id|auth)\.atlassian\.com"
)
_PAGE = (
    r"(_?sign[_-]?in|users/sign_in|account/sign-?in|login(\.action|\.jsp|/oauth/authorize)?|oauth2?/authorize|sso|saml)"
)
# At most one level below the root, for an installation's own path such as "/bitbucket". Deeper, it may be a repository.
_HERE = re.compile(rf"(/[\w.~-]+)?/{_PAGE}/?", re.IGNORECASE)
_ELSEWHERE = re.compile(rf"(/[\w.~-]+)*/{_PAGE}/?", re.IGNORECASE)


def is_refused_sign_in(reason: str) -> bool:
    """Whether the header X-Seraph-LoginReason says that the credential was not accepted.

    Atlassian's products then go on as for somebody unknown: with a public project, or an empty list.
    """
    return any(word in reason for word in ("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED"))


def is_sign_in(host: str, path: str, *, elsewhere: bool) -> bool:
    """Whether an address is a page for signing in. ``elsewhere`` says that it belongs to another site."""
    if elsewhere and _HOSTS.fullmatch(host.lower()):
        return True
    return (_ELSEWHERE if elsewhere else _HERE).fullmatch(path) is not None
