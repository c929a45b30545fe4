"""A Django site for tests of doors and clients: the embedded host, and beside ScmService one that does as it is told.

The generated code: python -m grpc_tools.protoc -I . --python_out=. --grpc_python_out=. --mypy_out=.
    tests/scenarios/scenarios.proto
"""
