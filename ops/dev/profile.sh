#!/usr/bin/env bash
# Draws where the time of a server's shards or edges goes while bots play on it, as a flame graph, and
# prints the functions that take most: ./dev profile edge --clients 500 --seconds 20; ./dev profile --help
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
  need_rust
  need perf linux-perf
  cd "$ROOT"
  say "building the server and its load (release)"
  cargo build --locked --release --package voxelheim --package load || die "they did not build"
  exec "$TARGET/release/load" profile --voxelheim "$TARGET/release/voxelheim" --out "$TARGET/profile" "$@"
}

main "$@"
