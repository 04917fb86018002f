#!/usr/bin/env bash
# Builds client/core (no_std, plain C ABI) to client/public/core.wasm.
# The target comes from rustup where that works, else from Debian's packages, unpacked in a cache;
# VOXELHEIM_WASM_TOOLCHAIN=debian insists on the latter.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

TRIPLE=wasm32-unknown-unknown
OUTPUT="$ROOT/client/public/core.wasm"
WASM_TARGET="$TARGET/wasm"
DEBIAN="$CACHE/rust-web"
DEBIAN_LIBRARIES="$DEBIAN/root/usr/lib/$(uname -m)-linux-gnu"
RUSTUP_SECONDS_MAX=60

main() {
  need_rust
  if [ "${VOXELHEIM_WASM_TOOLCHAIN:-}" != debian ] && { rustup_has_target || rustup_adds_target; }; then
    build_with_rustup
  else
    [ -e "$DEBIAN/complete" ] || unpack_debian
    build_with_debian
  fi
  install_module
}

rustup_has_target() { [ -d "$(rustc --print sysroot)/lib/rustlib/$TRIPLE/lib" ]; }

# Where rustup cannot fetch, it is asked once a day at most.
rustup_adds_target() {
  local refused="$CACHE/rustup-refused"
  have rustup || return 1
  [ -n "$(find "$refused" -mmin -1440 2>/dev/null)" ] && return 1
  note "rustup target add $TRIPLE"
  timeout "$RUSTUP_SECONDS_MAX" rustup target add "$TRIPLE" >/dev/null 2>&1 && return
  note "rustup cannot fetch it; using Debian's packages instead"
  mkdir -p "$CACHE"
  touch "$refused"
  return 1
}

build_with_rustup() {
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$(flags)" build
}

# rustup's cargo drives Debian's compiler, which carries no WebAssembly libraries of its own:
# core and alloc are built from its source. RUSTC_BOOTSTRAP admits -Z on a stable compiler.
build_with_debian() {
  LD_LIBRARY_PATH="$DEBIAN_LIBRARIES" \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$(find "$DEBIAN/root/usr/lib" -name wasm-ld | head -1)" \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$(flags) -C linker-flavor=wasm-ld" \
    RUSTC="$DEBIAN/root/usr/bin/rustc" RUSTC_BOOTSTRAP=1 \
    build -Z build-std=core,alloc
}

flags() { echo "-C target-feature=+simd128 -C panic=abort"; }

# A target directory of its own: another compiler must not invalidate the native build.
build() {
  unset RUSTFLAGS
  CARGO_TARGET_DIR="$WASM_TARGET" \
    cargo build --quiet --package client-core --lib --profile wasm --target "$TRIPLE" "$@" ||
    die "client/core did not build for $TRIPLE"
}

# Left alone when equal, so that Vite rebuilds nothing.
install_module() {
  local built="$WASM_TARGET/$TRIPLE/wasm/client_core.wasm"
  mkdir -p "$(dirname "$OUTPUT")"
  cmp -s "$built" "$OUTPUT" || cp "$built" "$OUTPUT"
  note "${OUTPUT#"$ROOT/"}: $(stat -c %s "$OUTPUT") bytes, $(gzip -9c "$OUTPUT" | wc -c) compressed"
}

# Nothing is installed: the packages would conflict with Debian's own rustc, their files do not.
unpack_debian() {
  have apt-get && have dpkg-deb || die "the Rust target $TRIPLE is missing and cannot be fetched here.
Install it with 'rustup target add $TRIPLE', then run this again"
  say "unpacking Debian's Rust for WebAssembly into $DEBIAN (once, about a minute)"
  mkdir -p "$CACHE"
  if can_install; then apt_refresh; fi
  rm -rf "$DEBIAN"
  mkdir -p "$DEBIAN/debs" "$DEBIAN/root"
  local packages
  packages="$(debian_packages)"
  # shellcheck disable=SC2086 # one word per package
  (cd "$DEBIAN/debs" && twice apt-get download -qq $packages) >"$APT_LOG" 2>&1 ||
    die "could not download: $packages
Run 'sudo apt-get update', or 'rustup target add $TRIPLE', then this again"
  for package in "$DEBIAN"/debs/*.deb; do unpack "$package"; done
  rm -rf "$DEBIAN/debs"
  LD_LIBRARY_PATH="$DEBIAN_LIBRARIES" "$DEBIAN/root/usr/bin/rustc" --version >&2 ||
    die "Debian's rustc does not run"
  touch "$DEBIAN/complete"
}

# The three that are wanted, and whatever they need that this machine does not have.
debian_packages() {
  local linker
  linker="$(apt-cache search --names-only '^lld-[0-9]+$' | cut -d' ' -f1 | sort -V | tail -1)"
  {
    printf '%s\n' rustc-web rust-web-src "$linker"
    apt-get --simulate --no-install-recommends install rustc-web rust-web-src "$linker" |
      sed -n 's/^Inst \([^ ]*\) .*/\1/p'
  } | sort -u
}

# Of the compiler's source only the libraries are of use: a tenth of it.
unpack() {
  case "$1" in
    */rust-web-src_*)
      dpkg-deb --fsys-tarfile "$1" |
        tar -x -C "$DEBIAN/root" --wildcards './usr/lib/rustlib/*' './usr/src/rustc-*/library/*'
      ;;
    *) dpkg-deb --extract "$1" "$DEBIAN/root" ;;
  esac
}

main "$@"
