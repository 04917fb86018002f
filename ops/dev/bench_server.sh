#!/usr/bin/env bash
# Measures the whole server over real connections on loopback, beside stock quinn, wtransport and Colyseus:
# ./dev bench server --clients 500 --seconds 20 --rounds 3; ./dev bench server --help. Or how long a start takes,
# from nothing to a player in the battle: ./dev bench start
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

COLYSEUS="$ROOT/bench/load/colyseus"

main() {
  local what="$1"
  shift
  need_rust
  need_node
  cd "$ROOT"
  [ "$what" = start ] || install_colyseus
  say "building the server and its load (release)"
  cargo build --locked --release --package voxelheim --package load || die "they did not build"
  case "$what" in
    start) exec "$TARGET/release/load" start --voxelheim "$TARGET/release/voxelheim" "$@" ;;
    *) exec "$TARGET/release/load" server --bench --voxelheim "$TARGET/release/voxelheim" --colyseus "$COLYSEUS" "$@" ;;
  esac
}

# Again only when the lock file is newer than what it installed.
install_colyseus() {
  [ "$COLYSEUS/node_modules/.package-lock.json" -nt "$COLYSEUS/package-lock.json" ] && return
  say "installing Colyseus"
  (cd "$COLYSEUS" && twice npm ci --no-audit --no-fund --ignore-scripts) >&2 || die "npm ci failed in bench/load/colyseus/"
}

main "$@"
