#!/usr/bin/env bash
# Runs every bench, or the one named, or only its parts named after it: ./dev bench space read
# ./dev bench server, which takes minutes and real connections, is run only when it is named.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
  if [ "${1:-}" = server ]; then
    shift
    exec "$ROOT/ops/dev/bench_server.sh" "$@"
  fi
  need_rust
  cd "$ROOT"
  [ $# -gt 0 ] || exec cargo bench --locked --package bench --benches
  local name="$1"
  shift
  exec cargo bench --locked --package bench --bench "$name" -- "$@"
}

main "$@"
