#!/usr/bin/env bash
# A shard under its profile of system calls: on io_uring with it, on plain threads where that is left out of it, ticking
# and stopping well both times; and what no shard needs is refused.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
cd "$ROOT"

PROFILE=ops/seccomp/shard.json
READY_SECONDS_MAX=60
STOP_SECONDS_MAX=90
SCHEMA="validate_seccomp_$$"

main() {
  has_binary || die "it takes a shard"
  [ -e /lib/x86_64-linux-gnu/libseccomp.so.2 ] || ldconfig -p | grep -q libseccomp.so.2 || die "libseccomp2 is missing"
  trap clean_up EXIT
  python3 -m json.tool "$PROFILE" >/dev/null
  shard "io_uring executors"
  shard "plain threads" --without io_uring_setup io_uring_enter io_uring_register
  refused "a namespace" unshare --user true
  refused "tracing" strace -o /dev/null true
  echo "a shard ticks under $PROFILE on io_uring, and on plain threads without it"
}

# shard WHAT [--without NAME...]: says that it runs on this, ticks, and ends at SIGTERM.
shard() {
  local what="$1" folder="$SCRATCH/$RANDOM" directory
  shift
  mkdir "$folder"
  directory="$(ops/dev/postgres.sh schema "$SCHEMA")"
  VOXELHEIM_LOG=info VOXELHEIM_DIRECTORY="$directory" \
    python3 ops/validation/confined.py "$PROFILE" "$@" -- "$BINARY" shard --pod 1 --data "$folder/data" \
    --link 127.0.0.1:0 --authority "$folder/authority" --status 127.0.0.1:0 --soldiers 20 >"$folder/log" 2>&1 &
  SHARD=$!
  within "$READY_SECONDS_MAX" ticks "$folder/log" || { cat "$folder/log"; die "it does not tick"; }
  grep -q "$what" "$folder/log" || { cat "$folder/log"; die "it does not run on $what"; }
  kill "$SHARD"
  within "$STOP_SECONDS_MAX" is_gone "$SHARD" || die "it does not stop"
  wait "$SHARD" || { cat "$folder/log"; die "it ended badly"; }
  SHARD=""
  note "on $what"
}

ticks() {
  local address
  address="$(sed -n 's|.*its status on \(http://[^/]*\)/.*|\1|p' "$1")"
  [ -n "$address" ] && "$BINARY" health "$address/healthz" 2>/dev/null
}

refused() {
  local what="$1"
  shift
  have "$1" || return 0
  "$@" 2>/dev/null || { note "this machine itself refuses $what"; return 0; }
  must_fail "$what" python3 ops/validation/confined.py "$PROFILE" -- "$@"
}

clean_up() {
  [ -z "${SHARD:-}" ] || kill "$SHARD" || true
  psql "$(ops/dev/postgres.sh)" --quiet --command "SET client_min_messages = error; DROP SCHEMA IF EXISTS $SCHEMA CASCADE" || true
  remove_scratch
}

main "$@"
