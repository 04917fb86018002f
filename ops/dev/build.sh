# shellcheck shell=bash
# What more than one verb builds, each in exactly one way so that it is built once.
# Sourced after common.sh.

export VOXELHEIM="$TARGET/release/voxelheim"

build_binary() {
  need_rust
  say "building the server (release)"
  cargo build --locked --release --package voxelheim || die "the server did not build"
}

build_page() {
  install_client
  say "building the page"
  "$ROOT/ops/dev/wasm.sh"
  (cd "$ROOT/client" && npm run --silent build) || die "the page did not build"
}

# Again only when the lock file is newer than what it installed.
install_client() {
  need_node
  local lock="$ROOT/client/package-lock.json"
  [ "$ROOT/client/node_modules/.package-lock.json" -nt "$lock" ] && return
  say "installing the client's packages"
  (cd "$ROOT/client" && npm ci --no-audit --no-fund) >&2 || die "npm ci failed in client/"
}
