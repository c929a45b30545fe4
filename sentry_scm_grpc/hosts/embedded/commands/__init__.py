"""The commands of ``sentry-scm-grpc``: a module for each group of them, with an ``add_commands`` for the parser."""
