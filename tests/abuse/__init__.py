"""Repositories and messages that were made to take the server, run against a real one: make abuse."""
