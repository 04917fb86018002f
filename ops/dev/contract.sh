#!/usr/bin/env bash
# Holds the services to their own OpenAPI document: schemathesis asks every route of a running server what the
# document allows, and what it does not, as a guest and as an admin. A crash, an answer that is not documented, or one
# of another shape than documented fails. The binary is VOXELHEIM_BIN.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/backend.sh"

SCHEMATHESIS=schemathesis==4.32.5
# Below what a server lets one address ask.
REQUESTS_PER_SECOND_MAX=35
EXAMPLES_MAX="${1:-12}"
# Of a route as staff: each of them again, with names of things that are there.
STAFF_EXAMPLES_MAX=6
ENDS_SESSIONS=/logout-everywhere
# Asked of a character of staff, all that comes after would find none.
ENDS_CHARACTER='^/player/characters/\{character\}$'
# A stream that goes on until whoever reads it goes.
ENDS_NEVER='^/admin/live$'
CHECKS=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection

main() {
  local address refresh
  need curl curl
  TOOLS="$(python_program "$SCHEMATHESIS")"
  DATA="$(mktemp -d)"
  SERVER=""
  trap clean_up EXIT
  start_server
  address="$(sed -n 's|.*\(http://[^/]*\)/.*|\1|p' "$DATA/said")"
  # First, for an address has an allowance of mails, of which the routes that are asked leave nothing.
  refresh="$(staff appoint "$address" "$DATA" "$VOXELHEIM_BIN")"
  # A route that ends the guest's session comes last, and as another guest.
  ask_as_guest "$address" --exclude-path-regex "$ENDS_SESSIONS"
  ask_as_guest "$address" --include-path-regex "$ENDS_SESSIONS"
  staff configure "$address" "$refresh" >"$DATA/staff.toml"
  ask_as_staff "$address" --exclude-path-regex "$ENDS_SESSIONS|$ENDS_CHARACTER|$ENDS_NEVER"
  ask_as_staff "$address" --include-path-regex "$ENDS_CHARACTER"
  ask_as_staff "$address" --include-path-regex "$ENDS_SESSIONS"
}

staff() { python3 "$ROOT/ops/dev/contract_staff.py" "$@"; }

# ask_as_guest ADDRESS OPTION...
ask_as_guest() {
  local address="$1" token
  shift
  token="$(curl --silent --fail --request POST "$address/api/auth/guests" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')"
  [ -n "$token" ] || die "no guest was let in"
  ask "$address" run --header "Authorization: Bearer $token" --max-examples "$EXAMPLES_MAX" "$@"
}

# ask_as_staff ADDRESS OPTION...
ask_as_staff() {
  local address="$1"
  shift
  # Whom nobody takes for staff is answered as documented, too.
  curl --silent --fail --output /dev/null --header "$(sed -n 's/^Authorization = "\(.*\)"$/Authorization: \1/p' "$DATA/staff.toml")" \
    "$address/api/admin/audit" || die "the admin is none any more"
  ask "$address" --config-file "$DATA/staff.toml" run --max-examples "$STAFF_EXAMPLES_MAX" "$@"
}

# ask ADDRESS [OPTION...] run OPTION...
ask() {
  local address="$1"
  shift
  PYTHONPATH="$TOOLS" python3 "$TOOLS/bin/st" "$@" "$address/api/openapi.json" --url "$address/api" --checks "$CHECKS" \
    --seed 7 --rate-limit "$REQUESTS_PER_SECOND_MAX/s" --generation-database none --phases examples,coverage,fuzzing
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
