"""Django system checks: mistakes of an operator, each with what to do about it. ``manage.py check`` prints them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any

import grpc
from django.apps import AppConfig, apps
from django.conf import settings
from django.core.cache import InvalidCacheBackendError, caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage, Error, Info, Warning, register
from django.core.exceptions import ImproperlyConfigured

from sentry_scm_grpc.auth import nonces
from sentry_scm_grpc.conf import conf, faults
from sentry_scm_grpc.providers.registry import broken_adapters
from sentry_scm_grpc.rpc.limits import counts_atomically
from sentry_scm_grpc.rpc.policy import RPCS, setting_names

#: Enough memory for git to answer a small request.
LEAST_PROCESS_BYTES = 32 * 1024 * 1024

MIDDLEWARE = "sentry_scm_grpc.middleware.GrpcWebMiddleware"


@register("sentry_scm_grpc")
def check_installation(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Checks everything that does not need a request."""
    found = [*_check_sonora(), *_check_adapters()]
    if wrong := faults():
        return [*found, *(Error(text, hint=hint, id=f"sentry_scm_grpc.{id}") for text, hint, id in wrong)]
    for check in (
        _check_rpcs,
        _check_middleware,
        _check_host,
        _check_origins,
        _check_limits,
        _check_signing,
        _check_metrics,
        _check_explorer,
    ):
        found += check()
    return found


@register("sentry_scm_grpc", deploy=True)
def check_deployment(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Checks that matter for sites which others can reach; ``manage.py check --deploy`` runs them."""
    try:
        missing = [key for key in ("RATE_LIMITS", "MAX_CALLS") if not getattr(conf(), key)]
    except ImproperlyConfigured:
        return []
    return [
        Warning(
            f"SCM_GRPC['{key}'] is not set: one caller can keep the whole site busy.",
            hint="docs/reference/limits.md says how to choose the numbers.",
            id="sentry_scm_grpc.W023",
        )
        for key in missing
    ]


def how_to_install(*distributions: str) -> str:
    """Returns the pip command that installs packages.

    Parts of gRPC get the version of the installed grpcio, because they need it. Inside a Sentry the command leaves
    out dependencies, so that Sentry's packages keep their versions.
    """
    own = [f"{name}=={grpc.__version__}" if name.startswith("grpcio") else name for name in distributions]
    alone = "--no-deps " if apps.is_installed("sentry") else ""
    return f"pip install {alone}" + " ".join(f"'{name}'" for name in own)


def _check_sonora() -> Iterator[CheckMessage]:
    if find_spec("sonora") is None:
        yield Error(
            "sonora is not installed, so no RPC is served.",
            hint="Run 'pip install --no-deps \"sonora>=0.2.3\"'. Without --no-deps, pip would downgrade urllib3.",
            id="sentry_scm_grpc.E002",
        )


def _check_adapters() -> Iterator[CheckMessage]:
    for broken in broken_adapters():
        yield Warning(
            f"The provider adapter {broken.name!r} ({broken.value}) cannot be loaded: {broken.problem}",
            hint="Upgrade or uninstall the package of this adapter. The other providers work.",
            id="sentry_scm_grpc.W003",
        )


def _check_rpcs() -> Iterator[CheckMessage]:
    names = setting_names()
    for name in conf().RPCS:
        if name not in names:
            yield Error(
                f"SCM_GRPC['RPCS'] names {name!r}, which is neither an RPC nor a group of RPCs.",
                hint=_suggest(name, names),
                id="sentry_scm_grpc.E005",
            )
    if not any(conf().RPCS.values()):
        yield Info(
            "Every RPC is off.",
            hint="Turn some on, such as SCM_GRPC = {'RPCS': ['read']}.",
            id="sentry_scm_grpc.I006",
        )


def _check_middleware() -> Iterator[CheckMessage]:
    middleware = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in middleware:
        yield Warning(
            "The middleware is not installed, so no RPC is served unless the WSGI application is wrapped.",
            hint=f"Put {MIDDLEWARE!r} first in MIDDLEWARE, or use sentry_scm_grpc.wsgi.wrap and silence this check.",
            id="sentry_scm_grpc.W007",
        )
    elif middleware[0] != MIDDLEWARE:
        yield Warning(
            f"{MIDDLEWARE!r} is not the first middleware: those before it may redirect or refuse RPCs.",
            hint="Move it to the front of MIDDLEWARE.",
            id="sentry_scm_grpc.W008",
        )


def _check_host() -> Iterator[CheckMessage]:
    from sentry_scm_grpc.interceptors.authentication import load_authenticator, offered_authenticators

    try:
        offered = list(offered_authenticators())
    except ImproperlyConfigured as error:
        yield Error(
            str(error),
            hint="Install the app in a Sentry, or add 'sentry_scm_grpc.hosts.embedded' to INSTALLED_APPS.",
            id="sentry_scm_grpc.E009",
        )
        return
    if not conf().AUTHENTICATORS:
        yield Warning(
            "No authenticator is set, so every call is refused.",
            hint=f"Set SCM_GRPC['AUTHENTICATORS'] to some of {', '.join(map(repr, offered))}.",
            id="sentry_scm_grpc.W010",
        )
    for name in conf().AUTHENTICATORS:
        try:
            load_authenticator(name)
        except ImproperlyConfigured as error:
            yield Error(str(error), hint=_suggest(name, offered), id="sentry_scm_grpc.E011")


def _check_origins() -> Iterator[CheckMessage]:
    for origin in conf().CORS_ORIGINS:
        scheme, _, rest = origin.partition("://")
        if scheme not in ("http", "https") or not rest or "/" in rest or "*" in rest:
            yield Error(
                f"SCM_GRPC['CORS_ORIGINS'] has {origin!r}, which is not an origin.",
                hint="An origin is scheme, host and port, such as 'https://app.example.com'; no path, no wildcard.",
                id="sentry_scm_grpc.E012",
            )


def _check_limits() -> Iterator[CheckMessage]:
    for key, names in (("RATE_LIMITS", setting_names()), ("REFUSE_UNCOUNTED", ["read", "write"])):
        for name in getattr(conf(), key):
            if name not in names:
                yield Error(
                    f"SCM_GRPC['{key}'] names {name!r}, which has no meaning there.",
                    hint=_suggest(name, names),
                    id="sentry_scm_grpc.E020",
                )
    if conf().RATE_LIMITS:
        yield from _check_counting()
    for key in ("MAX_CALL_SECONDS", "MAX_CALL_BYTES", "MAX_CALL_ITEMS", "MAX_PROCESS_BYTES", "MAX_GIT_CALLS"):
        if not getattr(conf(), key):
            yield Warning(
                f"SCM_GRPC['{key}'] is 0, so one call can use all resources of this site.",
                hint="Leave it out, or set what docs/reference/limits.md says.",
                id="sentry_scm_grpc.W030",
            )
    if 0 < conf().MAX_PROCESS_BYTES < LEAST_PROCESS_BYTES:
        yield Error(
            f"SCM_GRPC['MAX_PROCESS_BYTES'] is {conf().MAX_PROCESS_BYTES}, and git does not start with less than"
            f" {LEAST_PROCESS_BYTES}.",
            hint="Leave it out, or set what docs/reference/limits.md says.",
            id="sentry_scm_grpc.E031",
        )


def _check_counting() -> Iterator[CheckMessage]:
    name = conf().CACHE
    hint = "Name a cache in SCM_GRPC['CACHE'] that all processes share and that adds atomically: Redis or memcached."
    try:
        cache = caches[name]
    except (InvalidCacheBackendError, ImportError) as error:
        yield Error(f"SCM_GRPC['CACHE'] is {name!r}: {error}", hint=hint, id="sentry_scm_grpc.E021")
        return
    if isinstance(cache, DummyCache):
        problem = f"The cache {name!r} stores nothing, so RATE_LIMITS have no effect."
        yield Error(problem, hint=hint, id="sentry_scm_grpc.E021")
    elif isinstance(cache, LocMemCache):
        problem = f"The cache {name!r} belongs to one process, so each process allows all of RATE_LIMITS."
        yield Warning(problem, hint=hint, id="sentry_scm_grpc.W022")
    elif not counts_atomically(cache):
        problem = f"The cache {name!r} adds in two steps, so RATE_LIMITS miss calls that processes count at once."
        yield Warning(problem, hint=hint, id="sentry_scm_grpc.W022")


def _check_signing() -> Iterator[CheckMessage]:
    on, keys = "hmac" in conf().AUTHENTICATORS, conf().HMAC_KEYS
    if on != bool(keys):
        yield Warning(
            "The authenticator 'hmac' has no keys."
            if on
            else "SCM_GRPC['HMAC_KEYS'] has keys, but the authenticator 'hmac' is off.",
            hint="docs/how-to/authentication.md shows SCM_GRPC['HMAC_KEYS'] and how to make a secret."
            if on
            else "Add 'hmac' to SCM_GRPC['AUTHENTICATORS'].",
            id="sentry_scm_grpc.W024",
        )
    known = sorted(frozenset().union(*(rpc.scopes for rpc in RPCS.values())))
    for key_id, key in keys.items():
        for scope in sorted(key.scopes.difference(known)):
            yield Error(
                f"The key {key_id!r} in SCM_GRPC['HMAC_KEYS'] has the scope {scope!r}, which no RPC needs.",
                hint=_suggest(scope, known),
                id="sentry_scm_grpc.E025",
            )
        if key.expired():
            yield Warning(
                f"The key {key_id!r} in SCM_GRPC['HMAC_KEYS'] has expired.",
                hint="Give it a later 'expires', or remove it.",
                id="sentry_scm_grpc.W026",
            )
    if on and (problem := nonces.cache_problem()):
        yield Error(
            problem,
            hint="Name a cache in SCM_GRPC['CACHE'] that all processes share and that adds atomically, such as Redis,"
            " memcached or a database cache. With DEBUG a cache of one process is enough.",
            id="sentry_scm_grpc.E027",
        )


def _check_metrics() -> Iterator[CheckMessage]:
    if not conf().METRICS_TOKEN:
        return
    problem, hint = "", "docs/how-to/observability.md describes the page of metrics."
    if len(conf().METRICS_TOKEN) < 20:
        problem = "SCM_GRPC['METRICS_TOKEN'] is shorter than 20 characters, so it can be guessed."
        hint = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
    elif find_spec("prometheus_client") is None:
        problem = "SCM_GRPC['METRICS_TOKEN'] is set, but prometheus_client is not installed, so there are no metrics."
        hint = f"Run: {how_to_install('prometheus-client>=0.20')}"
    elif not conf().PREFIX.strip("/"):
        problem = "SCM_GRPC['METRICS_TOKEN'] is set, but without PREFIX the metrics have no page."
    if problem:
        yield Error(problem, hint=hint, id="sentry_scm_grpc.E028")


def _check_explorer() -> Iterator[CheckMessage]:
    if conf().EXPLORER and not conf().PREFIX.strip("/"):
        yield Warning(
            "SCM_GRPC['EXPLORER'] is on, but without PREFIX the explorer has no page.",
            hint="Set SCM_GRPC['PREFIX'], such as '/grpc', or turn the explorer off.",
            id="sentry_scm_grpc.W029",
        )


def _suggest(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else "docs/reference/settings.md lists the possible values."
