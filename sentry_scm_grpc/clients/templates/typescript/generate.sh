#!/usr/bin/env bash
# Generates messages and service into gen/ and compiles them with client.ts into dist/. Needs Node 20 or newer, with npm.
set -euo pipefail
cd "$(dirname "$0")"
command -v npm >/dev/null || { echo "Not generated: npm must be on the PATH; then run $PWD/generate.sh." >&2; exit 1; }
npm install --no-audit --no-fund --loglevel=error
npm run --silent generate
npm run --silent build
