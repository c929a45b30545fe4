#!/usr/bin/env bash
# Does what `sentry-scm-grpc clients` does, in a clone where the package is not installed.
#   usage: scripts/generate_client.sh LANGUAGE DIR
# Needs Python, and what sentry_scm_grpc/clients/templates/LANGUAGE/README.md names.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
PYTHONPATH=$root exec "${PYTHON:-python3}" -m sentry_scm_grpc.clients.generate "$@"
