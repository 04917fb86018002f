#!/usr/bin/env bash
# Runs every bench, or the one named, or only its parts named after it: ./dev bench space read
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
  need_rust
  cd "$ROOT"
  [ $# -gt 0 ] || exec cargo bench --locked --package bench --benches
  local name="$1"
  shift
  exec cargo bench --locked --package bench --bench "$name" -- "$@"
}

main "$@"
