#!/usr/bin/env bash
# Runs every bench, or only those named: ./dev bench tick
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
  need_rust
  cd "$ROOT"
  local name names=()
  for name in "$@"; do names+=(--bench "$name"); done
  [ $# -gt 0 ] || names=(--benches)
  exec cargo bench --locked --package bench "${names[@]}"
}

main "$@"
