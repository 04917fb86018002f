#!/usr/bin/env bash
# Runs every bench, or the one named, or only its parts named after it: ./dev bench kernels read.
# ./dev bench --table runs all and prints the table of what must be reached; --table --last prints what was
# measured last. ./dev bench check lints what only benches build and runs a little of it.
# ./dev bench server, which takes minutes and real connections, ./dev bench start and those of services run only when
# named.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/build.sh"

# Benches of the package bench, and those with peers, which nothing but this script builds.
OURS=(battle chat commits fanout field link shards)
WITH_PEERS=(kernels journal bytes replication)
# Of services, on backends that they start; minutes, so only when named.
OF_SERVICES=(ledger login ingest)
# The page's, in TypeScript.
PAGE_BENCH=client

main() {
  need_rust
  cd "$ROOT"
  case "${1:-all}" in
    all) run_all ;;
    --table) print_table "${2:-}" ;;
    check) check_peers ;;
    server | start) exec ops/dev/bench_server.sh "$@" ;;
    *) run "$@" ;;
  esac
}

run_all() {
  local name
  for name in "${OURS[@]}" "${WITH_PEERS[@]}" "$PAGE_BENCH"; do
    say "$name"
    run "$name"
  done
}

# run NAME [PART or option of the bench]...
run() {
  local name="$1"
  shift
  [ "$name" != "$PAGE_BENCH" ] || { run_page; return; }
  cargo bench --locked --profile "$(profile_of "$name")" --package "$(package_of "$name")" --bench "$name" -- "$@"
}

run_page() {
  ops/dev/wasm.sh
  install_client
  CARGO_TARGET_DIR="$TARGET" npm run --silent bench --prefix client
}

package_of() {
  case "$1" in
    kernels | journal | bytes | criterion) echo peers ;;
    replication) echo replication ;;
    ledger) echo inventory ;;
    login) echo auth ;;
    ingest) echo analytics ;;
    *) echo bench ;;
  esac
}

# Those of services in the one that tests are built in: they wait for backends, not for our code.
profile_of() {
  case " ${OF_SERVICES[*]} " in
    *" $1 "*) echo dev ;;
    *) echo bench ;;
  esac
}

print_table() {
  [ "$1" = --last ] || run_all >&2
  cargo run --locked --quiet --profile bench --package bench --bin table
}

# In the profile that benches are built in anyway; without --bench each runs a little.
check_peers() {
  cargo clippy --locked --package peers --package load --package replication --all-targets --quiet -- --deny warnings
  cargo test --locked --profile bench --package peers --lib --benches
  cargo test --locked --profile bench --package load --bins
  cargo test --locked --profile bench --package replication --benches
}

main "$@"
