#!/usr/bin/env bash
# Generates the code in gen/ from protos/ by buf.gen.yaml, with buf from the PATH or from npm; README.md says what else it needs.
set -euo pipefail
cd "$(dirname "$0")"
missing=()
for plugin in $(sed -n 's/^  - local: //p' buf.gen.yaml); do command -v "$plugin" >/dev/null || missing+=("$plugin"); done
if grep -q protoc_builtin buf.gen.yaml; then command -v protoc >/dev/null || missing+=(protoc); fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "Not generated: ${missing[*]} must be on the PATH. README.md says where to get it; then run $PWD/generate.sh." >&2
  exit 1
fi
if command -v buf >/dev/null; then exec buf generate protos; fi
exec npx --yes @bufbuild/buf@1.75.0 generate protos
