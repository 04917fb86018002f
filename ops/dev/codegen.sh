#!/usr/bin/env bash
# Generates protocol/src/generated (Rust) and client/src/wire/generated (TypeScript) from
# protocol/schemas/*.fbs. With --check it changes nothing and fails when they differ.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

SCHEMAS="$ROOT/protocol/schemas"
OUTPUT_RUST="$ROOT/protocol/src/generated"
OUTPUT_TYPESCRIPT="$ROOT/client/src/wire/generated"
PIN="$ROOT/protocol/codegen"
FLATC_VERSION="$(sed -n '/^name = "flatc-fork"/{n;s/.*+\([0-9.]*\).*/\1/p}' "$PIN/Cargo.lock")"
FLATC="$CACHE/flatc-$FLATC_VERSION/flatc"

main() {
  build_flatc
  fresh="$(mktemp -d)"
  trap 'rm -rf "$fresh"' EXIT
  generate "$fresh"
  if [ "${1:-}" = --check ]; then
    compare "$fresh"
  else
    replace "$fresh/rust" "$OUTPUT_RUST"
    replace "$fresh/typescript" "$OUTPUT_TYPESCRIPT"
    note "wrote ${OUTPUT_RUST#"$ROOT/"} and ${OUTPUT_TYPESCRIPT#"$ROOT/"}"
  fi
}

# Only flatc itself, lightly optimised: about 50 s on two cores, once per version.
build_flatc() {
  [ -x "$FLATC" ] && return
  need_rust
  need cmake cmake
  need g++ g++
  need make make
  say "building flatc $FLATC_VERSION (once, about a minute)"
  local source build
  source="$(flatc_source)"
  build="$(mktemp -d)"
  cmake -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 \
    -DFLATBUFFERS_BUILD_TESTS=OFF -DFLATBUFFERS_BUILD_FLATLIB=OFF -DFLATBUFFERS_INSTALL=OFF >"$build/log" 2>&1 &&
    cmake --build "$build" --target flatc --parallel "$(nproc)" >>"$build/log" 2>&1 ||
    { tail -30 "$build/log" >&2; die "flatc did not build"; }
  mkdir -p "$(dirname "$FLATC")"
  mv "$build/flatc" "$FLATC"
  rm -rf "$build"
}

# Cargo fetches the pinned crate and checks its checksum; its metadata says where it lies.
flatc_source() {
  cargo metadata --locked --format-version 1 --manifest-path "$PIN/Cargo.toml" |
    grep -o '"manifest_path":"[^"]*/flatc-fork-[^"]*/Cargo.toml"' |
    sed 's/^"manifest_path":"//; s|/Cargo.toml"$|/flatbuffers|'
}

generate() {
  local fresh="$1" schemas
  schemas=("$SCHEMAS"/*.fbs)
  [ -e "${schemas[0]}" ] || die "no schemas in protocol/schemas"
  mkdir -p "$fresh/rust" "$fresh/typescript"
  "$FLATC" --rust --gen-onefile -I "$SCHEMAS" -o "$fresh/rust" "${schemas[@]}"
  "$FLATC" --ts --ts-no-import-ext -I "$SCHEMAS" -o "$fresh/typescript" "${schemas[@]}"
  rm "$fresh/typescript/voxelheim/wire.ts" # names only what the last schema has; import the files
  rustfmt --edition 2024 "$fresh"/rust/*.rs
}

# Left alone when equal, so that cargo rebuilds nothing.
replace() {
  diff -rq "$1" "$2" >/dev/null 2>&1 && return
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  cp -r "$1" "$2"
}

compare() {
  diff -r "$1/rust" "$OUTPUT_RUST" >&2 && diff -r "$1/typescript" "$OUTPUT_TYPESCRIPT" >&2 ||
    die "generated code differs from protocol/schemas: run ./dev codegen and commit"
  note "generated code is what the schemas say"
}

main "$@"
