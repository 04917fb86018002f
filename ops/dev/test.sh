#!/usr/bin/env bash
# Runs the whole proof, or only the parts named, and ends with one line: N passed, N failed.
# A part that breaks before it counts anything counts as one failure; the others still run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/build.sh"
source "$ROOT/ops/dev/count.sh"

# The page comes before the crates, for one of them embeds it.
PARTS=(format codegen wasm types client page lint rust faults docs e2e contract compose validate bench gate)
PART_SECONDS_MAX=2400
# A machine that builds once has no use for what makes the next build faster, and it is gigabytes.
[ -z "${CI:-}" ] || export CARGO_INCREMENTAL=0
PAGE_BYTES_MAX=1500000
# All crates but those that hold the benches' peers: these take minutes, and only ./dev bench builds them.
WITHOUT_PEERS=(--workspace --exclude peers --exclude load --exclude replication)

main() {
  if [ "${1:-}" = --part ]; then
    cd "$ROOT"
    "part_$2"
    return
  fi
  local parts=("$@") part passed_total=0 failed_total=0
  [ $# -gt 0 ] || parts=("${PARTS[@]}")
  need_rust
  LOGS="$(mktemp -d)"
  PART=""
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  SUMMARY=""
  for part in "${parts[@]}"; do
    declare -F "part_$part" >/dev/null || die "no part $part; there are: ${PARTS[*]} tidy"
    run_part "$part"
  done
  printf '\n%s\n%d passed, %d failed\n' "$SUMMARY" "$passed_total" "$failed_total"
  [ "$failed_total" = 0 ]
}

# Adds the part's counts to passed_total and failed_total of the caller, and a line to SUMMARY.
run_part() {
  local log="$LOGS/$1" status=0 begun=$SECONDS passed failed
  say "$1" 2>&1
  # It stands before `tail` looks for it: the part may be slow to begin.
  : >"$log"
  # In a process group of its own, so that a part that hangs is ended with all that it started.
  timeout --kill-after 10 "$PART_SECONDS_MAX" "$0" --part "$1" >"$log" 2>&1 &
  PART=$!
  tail --lines +1 --follow --sleep-interval 0.2 --pid "$PART" "$log" || true
  wait "$PART" || status=$?
  PART=""
  read -r passed failed < <(count_part "$1" "$log" "$status")
  passed_total=$((passed_total + passed))
  failed_total=$((failed_total + failed))
  SUMMARY+="$(printf '%-8s %5d passed %3d failed %5d s' "$1" "$passed" "$failed" $((SECONDS - begun)))"$'\n'
}

clean_up() {
  [ -z "$PART" ] || kill "$PART"
  rm -rf "$LOGS"
}

part_format() { cargo fmt --all --check; }

part_lint() { cargo clippy --locked "${WITHOUT_PEERS[@]}" --all-targets --quiet -- --deny warnings; }

# Its messages name the place themselves.
part_tidy() { RUST_BACKTRACE=0 cargo test --locked --package tidy --no-fail-fast; }

part_codegen() { ops/dev/codegen.sh --check; }

# The default members: benches are the part bench.
part_rust() {
  start_backends
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --no-fail-fast --status-level fail --final-status-level fail
  else
    cargo test --locked --tests --no-fail-fast
  fi
}

# Started once; a test that is run alone starts them itself.
start_backends() {
  VOXELHEIM_TEST_POSTGRES="$(ops/dev/postgres.sh)"
  VOXELHEIM_TEST_REDIS="$(ops/dev/redis.sh)"
  VOXELHEIM_TEST_VALKEY="$(ops/dev/redis.sh start valkey)"
  VOXELHEIM_TEST_RABBITMQ="$(ops/dev/rabbitmq.sh)"
  VOXELHEIM_TEST_CLICKHOUSE="$(ops/dev/clickhouse.sh)"
  VOXELHEIM_TEST_S3="$(ops/dev/s3.sh)"
  export VOXELHEIM_TEST_POSTGRES VOXELHEIM_TEST_REDIS VOXELHEIM_TEST_VALKEY
  export VOXELHEIM_TEST_RABBITMQ VOXELHEIM_TEST_CLICKHOUSE VOXELHEIM_TEST_S3
}

# Links in the documentation lead somewhere, and its examples work.
part_docs() {
  RUSTDOCFLAGS="--deny warnings --allow rustdoc::private_intra_doc_links" cargo doc --locked "${WITHOUT_PEERS[@]}" --no-deps --quiet
  # As the part rust builds them, or all is built again.
  cargo test --locked --doc --no-fail-fast --quiet
}

part_wasm() { ops/dev/wasm.sh; }

part_types() { install_client; cd client; npm run --silent typecheck; }

# The prediction's parity with the server is tested on the module itself.
part_client() { ops/dev/wasm.sh; install_client; cd client; npm test --silent; }

part_page() { build_page; page_is_small; }

# What a newcomer waits for: everything compressed, WebAssembly included.
page_is_small() {
  local bytes
  bytes="$(find client/dist -type f ! -name '*.map' -exec gzip -9c {} \; | wc -c)"
  note "the page: $bytes bytes compressed, $PAGE_BYTES_MAX at most"
  [ "$bytes" -le "$PAGE_BYTES_MAX" ]
}

part_e2e() {
  need_chromium
  build_binary
  cd client
  npm run --silent e2e
}

# Every backend stopped, restarted and cut off while a hundred bots play and some trade.
part_faults() {
  # With all that the part rust builds, or all is built again.
  cargo test --locked --features voxelheim/faults --test faults
}

# The services against their OpenAPI document.
part_contract() {
  build_binary
  ops/dev/contract.sh
}

# The compose file by its own program, and against the binary.
part_compose() {
  build_binary
  ops/dev/compose.sh check
}

# What runs us elsewhere, by the real tools: manifests, rules, backups.
part_validate() {
  build_binary
  VOXELHEIM_BIN="$TARGET/release/voxelheim" ops/validate
}

# Our side of every bench. Without --bench each runs a little: that they work is tested, not how fast.
part_bench() { cargo test --locked --package bench --lib --benches; }

# What must not get slower unsaid, in instructions: a noisy machine does not change them.
part_gate() {
  ops/dev/gate.sh
  # The comparison itself; in the kernels' profile, for which all is built.
  cargo test --locked --quiet --profile bench --package gate --bins
}

main "$@"
