#!/usr/bin/env bash
# A client from the contract, without installing the package: what `sentry-scm-grpc clients` does, from a clone.
#   usage: scripts/generate_client.sh LANGUAGE DIR
# Needs bash, and what templates/LANGUAGE/README.md says.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
templates=$root/sentry_scm_grpc/clients/templates
language=${1:-} out=${2:-}
if [ -z "$out" ] || [ ! -f "$templates/$language/README.md" ]; then
  echo "usage: $0 LANGUAGE DIR, with one of: $(cd "$templates" && echo */ | tr -d /)" >&2
  exit 2
fi
if [ -n "$(ls -A "$out" 2>/dev/null)" ] && [ "$(cat "$out/.language" 2>/dev/null)" != "$language" ]; then
  echo "$out holds other files, or the client of another language. Name a new directory." >&2
  exit 2
fi
mkdir -p "$out/protos"
echo "$language" > "$out/.language"
cp "$templates/generate.sh" "$out/"
cp -R "$templates/$language/." "$out/"
cp -RL "$root/protos/sentry_scm_grpc" "$out/protos/"
exec "$out/generate.sh"
