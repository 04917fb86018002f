# shellcheck shell=bash
# What more than one verb builds, each in exactly one way so that it is built once.
# Sourced after common.sh.

export VOXELHEIM_BIN="$TARGET/release/voxelheim"
PAGE="$ROOT/client/dist"

# The binary holds the page, so the page comes first.
build_binary() {
  need_rust
  build_page
  say "building the server (release)"
  cargo build --locked --release --package voxelheim || die "the server did not build"
}

# Built aside and left alone when equal: a new page makes cargo rebuild all that embeds it.
build_page() {
  install_client
  say "building the page"
  "$ROOT/ops/dev/wasm.sh"
  local fresh="$TARGET/page"
  (cd "$ROOT/client" && npm run --silent build -- --outDir "$fresh" --emptyOutDir) >&2 || die "the page did not build"
  diff -rq "$fresh" "$PAGE" >/dev/null 2>&1 && return
  rm -rf "$PAGE"
  cp -r "$fresh" "$PAGE"
}

# Again only when the lock file is newer than what it installed.
install_client() {
  need_node
  local lock="$ROOT/client/package-lock.json"
  [ "$ROOT/client/node_modules/.package-lock.json" -nt "$lock" ] && return
  say "installing the client's packages"
  (cd "$ROOT/client" && twice npm ci --no-audit --no-fund) >&2 ||
    die "npm ci failed in client/"
}
