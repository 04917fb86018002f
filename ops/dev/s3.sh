#!/usr/bin/env bash
# An S3 for tests, as MinIO speaks it: on loopback, with its own port and folder; checks signatures.
#   ops/dev/s3.sh          starts it unless it runs, and prints the URL of a bucket
#   ops/dev/s3.sh stop     stops it; what it holds may be deleted at any time
# Another port is VOXELHEIM_S3_PORT. Built once, in minutes, into the cache.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/backend.sh"

VERSION=0.14.1
SERVER="$CACHE/s3s-fs-$VERSION/bin/s3s-fs"
BUCKET=voxelheim
KEY=voxelheim
SECRET=voxelheim-secret

main() {
  settle s3 19000
  URL="s3://$KEY:$SECRET@127.0.0.1:$PORT/$BUCKET"
  # Not within the time that others wait for the lock on the server's folder.
  need_server
  serve "${1:-start}"
}

need_server() {
  [ -x "$SERVER" ] && return
  need_rust
  mkdir -p "$CACHE"
  exec 7>"$CACHE/s3s-fs.lock"
  flock 7
  [ -x "$SERVER" ] && return
  note "building s3s-fs $VERSION (cargo)"
  # Without optimizations, which take longer than they save.
  (unset CARGO_TARGET_DIR && cd / && cargo install s3s-fs --version "$VERSION" --features binary --locked --debug \
    --quiet --root "$CACHE/s3s-fs-$VERSION" >&2 7>&-) || die "cargo install s3s-fs failed"
  exec 7>&-
}

prepare() { mkdir -p "$FOLDER/data/$BUCKET"; }

# It answers anybody, if only to say that they may not.
is_running() {
  local reply=""
  { exec 8<>"/dev/tcp/127.0.0.1/$PORT"; } 2>/dev/null || return 1
  printf 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&8 2>/dev/null
  read -r -t 2 reply <&8 || true
  exec 8>&-
  [[ "$reply" == HTTP/* ]]
}

launch() {
  setsid "$SERVER" --host 127.0.0.1 --port "$PORT" --access-key "$KEY" --secret-key "$SECRET" \
    "$FOLDER/data" </dev/null >"$FOLDER/log" 2>&1 9>&- &
  echo "$!" >"$FOLDER/pid"
}

main "$@"
