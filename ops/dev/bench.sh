#!/usr/bin/env bash
# Runs every bench, or the one named, or only its parts named after it: ./dev bench space read
# Two are apart: client is the page's, replication has peers that take minutes to build.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/build.sh"

main() {
  need_rust
  cd "$ROOT"
  [ $# -gt 0 ] || exec cargo bench --locked --package bench --benches
  local name="$1" package=bench
  shift
  [ "$name" != client ] || bench_client
  [ "$name" != replication ] || package=replication
  exec cargo bench --locked --package "$package" --bench "$name" -- "$@"
}

bench_client() {
  ops/dev/wasm.sh
  install_client
  export CARGO_TARGET_DIR="$TARGET"
  exec npm run --silent bench --prefix client
}

main "$@"
