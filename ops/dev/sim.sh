#!/usr/bin/env bash
# Simulates the whole cluster, with all that can go wrong, from a seed; the same seed does the same again.
# ./dev sim --seed 7 --seconds 60 one run; --runs 1000 as many seeds in a row; --help lists all flags.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
  need_rust
  cd "$ROOT"
  cargo build --locked --release --quiet --package sim || die "the simulation did not build"
  exec "$TARGET/release/sim" "$@"
}

main "$@"
