"""REST's form of a repository: its integration is read-only since 26.4, and there is no form since 26.6."""

from types import SimpleNamespace

from sentry.shapes import AFTER, BEFORE, SHAPE

if SHAPE == AFTER:
    raise ImportError("REST changes no repository any more.")


class RepositorySerializer:
    fields = {"integrationId": SimpleNamespace(read_only=SHAPE != BEFORE)}
