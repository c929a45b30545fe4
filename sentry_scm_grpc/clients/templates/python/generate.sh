#!/usr/bin/env bash
# Generates messages, their types, and stubs into gen/. PYTHON=... chooses the interpreter, which needs grpcio-tools.
set -euo pipefail
cd "$(dirname "$0")"
python=${PYTHON:-python3}
if ! "$python" -c 'import grpc_tools' 2>/dev/null; then
  echo "Not generated: $python has no grpcio-tools. pip install grpcio-tools, then run $PWD/generate.sh." >&2
  exit 1
fi
mkdir -p gen
"$python" -m grpc_tools.protoc -I protos --python_out=gen --pyi_out=gen --grpc_python_out=gen \
  $(cd protos && ls sentry_scm_grpc/v1/*.proto)
