"""Typed access to the source-code integrations of a Sentry, over gRPC."""

__version__ = "0.1.0"
