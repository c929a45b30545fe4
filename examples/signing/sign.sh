#!/bin/bash
# Signs one call; prints the value of x-signature.
#   usage: sign.sh PATH ENCODING < MESSAGE
# PATH is the RPC's, such as /sentry.integrations.scm.v1.ScmService/GetRepository; ENCODING is proto or json; MESSAGE is
# sent byte for byte as it is here. SCM_KEY, SCM_SECRET and SCM_ORGANIZATION are in the environment. SCM_TIME and SCM_NONCE
# are for tests: every call has its own.
# Who may list this machine's processes sees openssl's arguments, the secret among them: sign elsewhere where that matters.
set -euo pipefail

head="v1;key=$SCM_KEY;time=${SCM_TIME:-$(date +%s)};nonce=${SCM_NONCE:-$(openssl rand -hex 16)}"
head="$head;organization=$SCM_ORGANIZATION"
digest=$(openssl dgst -sha256 -r | cut -d ' ' -f 1)
# No line break after the last line.
hmac=$(printf '%s\n%s\n%s\n%s' "$head" "$1" "$2" "$digest" | openssl dgst -sha256 -hmac "$SCM_SECRET" -r | cut -d ' ' -f 1)
echo "$head;hmac=$hmac"
