#!/usr/bin/env bash
# ClickHouse's engine for tests, behind its HTTP interface: on loopback, with its own port and data folder.
#   ops/dev/clickhouse.sh          starts it unless it runs, and prints its URL
#   ops/dev/clickhouse.sh stop     stops it; what it holds may be deleted at any time
# Another port is VOXELHEIM_CLICKHOUSE_PORT. It has no users and no replicated tables.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/backend.sh"

ENGINE_PACKAGE=chdb-core==26.9.0

main() {
  settle clickhouse 18123
  URL="http://127.0.0.1:$PORT/default"
  serve "${1:-start}"
}

prepare() {
  need python3 python3
  PACKAGE="$(python_package "$ENGINE_PACKAGE")"
}

is_running() {
  local reply=""
  { exec 8<>"/dev/tcp/127.0.0.1/$PORT"; } 2>/dev/null || return 1
  printf 'GET /ping HTTP/1.0\r\n\r\n' >&8 2>/dev/null
  read -r -t 2 reply <&8 || true
  exec 8>&-
  [[ "$reply" == HTTP/*' 200 '* ]]
}

launch() {
  PYTHONPATH="$PACKAGE" setsid python3 "$ROOT/ops/dev/clickhouse.py" "$PORT" "$FOLDER/data" \
    </dev/null >"$FOLDER/log" 2>&1 9>&- &
  echo "$!" >"$FOLDER/pid"
}

main "$@"
