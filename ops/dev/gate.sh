#!/usr/bin/env bash
# Counts the instructions of our kernels with valgrind and compares them with the last landing's in
# bench/history: ./dev gate. ./dev gate --record WHY adds what they take now.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
  local counts
  need_rust
  need valgrind valgrind
  cd "$ROOT"
  GUNGRAUN_RUNNER="$(gungraun_runner)"
  export GUNGRAUN_RUNNER
  counts="$TARGET/gungraun.jsonl"
  # The first command in a fresh clone.
  mkdir -p "$TARGET"
  cargo bench --locked --package gate --bench kernels -- --output-format=json >"$counts" ||
    die "the kernels could not be counted"
  cargo run --locked --quiet --package gate -- "$counts" "$@"
}

# The program that runs the kernels under valgrind; it must be of the same version as the library.
gungraun_runner() {
  local version folder
  version="$(sed -n '/^name = "gungraun-runner"$/{n;s/^version = "\(.*\)"$/\1/p}' Cargo.lock)"
  folder="$CACHE/gungraun-runner-$version"
  if [ ! -x "$folder/bin/gungraun-runner" ]; then
    note "building gungraun-runner $version"
    # It only starts valgrind: built quickly, not to run quickly.
    cargo install --locked --quiet --debug --root "$folder" --target-dir "$TARGET/gungraun-runner" \
      --version "$version" gungraun-runner >&2 || die "gungraun-runner $version did not build"
  fi
  echo "$folder/bin/gungraun-runner"
}

main "$@"
