"""Reads of rows against Sentry's own REST API, on the same server and rows."""
