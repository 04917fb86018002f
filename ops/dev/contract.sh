#!/usr/bin/env bash
# Holds the services to their own OpenAPI document: schemathesis asks every route of a running server what the
# document allows, and what it does not, as a guest. A crash, an answer that is not documented, or one of another
# shape than documented fails. The binary is VOXELHEIM_BIN.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/backend.sh"

SCHEMATHESIS=schemathesis==4.32.5
# Below what a server lets one address ask.
REQUESTS_PER_SECOND_MAX=35
EXAMPLES_MAX="${1:-12}"
ENDS_SESSIONS=/logout-everywhere
CHECKS=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection

main() {
  local address
  need curl curl
  TOOLS="$(python_program "$SCHEMATHESIS")"
  DATA="$(mktemp -d)"
  SERVER=""
  trap clean_up EXIT
  start_server
  address="$(sed -n 's|.*\(http://[^/]*\)/.*|\1|p' "$DATA/said")"
  # A route that ends the guest's session comes last, and as another guest.
  ask "$address" --exclude-path-regex "$ENDS_SESSIONS"
  ask "$address" --include-path-regex "$ENDS_SESSIONS"
}

# ask ADDRESS OPTION...
ask() {
  local address="$1" token
  shift
  token="$(curl --silent --fail --request POST "$address/api/auth/guests" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')"
  [ -n "$token" ] || die "no guest was let in"
  PYTHONPATH="$TOOLS" python3 "$TOOLS/bin/st" run "$address/api/openapi.json" --url "$address/api" \
    --header "Authorization: Bearer $token" --checks "$CHECKS" --max-examples "$EXAMPLES_MAX" --seed 7 \
    --rate-limit "$REQUESTS_PER_SECOND_MAX/s" --generation-database none --phases examples,coverage,fuzzing "$@"
}

start_server() {
  "${VOXELHEIM_BIN:?names the binary}" --listen 127.0.0.1:0 --data "$DATA" --soldiers 10 >"$DATA/said" 2>"$DATA/log" &
  SERVER=$!
  within 60 grep -q http "$DATA/said" || die "the server did not start: $(cat "$DATA/log")"
}

clean_up() {
  [ -z "$SERVER" ] || kill "$SERVER"
  rm -rf "$DATA"
}

main "$@"
