# shellcheck shell=bash
# Rust and Node: found where their installers put them, or installed. Sourced by common.sh.

RUST_VERSION=1.95.0
NODE_MAJOR_MIN=20
NODE_RELEASES="${NODE_MIRROR:-https://nodejs.org/dist}/latest-v22.x"
NODE_FOLDER="$CACHE/node"

need_rust() {
  if ! have cargo; then
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    have cargo || install_rust
  fi
  need cc gcc libc6-dev
}

# With rustup, as https://rustup.rs does, but from a file whose checksum is compared.
install_rust() {
  can_install || die "cargo is missing. Install Rust $RUST_VERSION or newer from https://rustup.rs, then run this again"
  say "installing Rust $RUST_VERSION with rustup"
  need curl curl ca-certificates
  local folder url
  folder="$(mktemp -d)"
  url="https://static.rust-lang.org/rustup/dist/$(uname -m)-unknown-linux-gnu/rustup-init"
  curl -fsSL -o "$folder/rustup-init" "$url" && curl -fsSL -o "$folder/sum" "$url.sha256" ||
    die "could not fetch $url. Install Rust $RUST_VERSION or newer from https://rustup.rs, then run this again"
  echo "$(cut -d' ' -f1 "$folder/sum") $folder/rustup-init" | sha256sum --check --quiet || die "rustup-init is damaged"
  chmod +x "$folder/rustup-init"
  "$folder/rustup-init" -y --quiet --no-modify-path --profile minimal \
    --default-toolchain "$RUST_VERSION" --component clippy,rustfmt >&2 || die "rustup could not install Rust"
  rm -rf "$folder"
}

need_node() {
  node_is_new && return
  PATH="$NODE_FOLDER/bin:$PATH"
  node_is_new && return
  can_install || die "Node $NODE_MAJOR_MIN or newer, with npm, is missing. Install it from https://nodejs.org, then run this again"
  say "installing Node"
  apt_refresh
  if [ "$(apt_major nodejs)" -ge "$NODE_MAJOR_MIN" ]; then
    need node nodejs
    need npm npm
  else
    unpack_node
  fi
  hash -r
  node_is_new || die "Node $(node --version) is too old: install $NODE_MAJOR_MIN or newer from https://nodejs.org"
}

node_is_new() {
  have node && have npm && [ "$(node --print 'process.versions.node.split(".")[0]')" -ge "$NODE_MAJOR_MIN" ]
}

# The first number of the version that apt would install; 0 where it knows none.
apt_major() {
  local version
  version="$(apt-cache policy "$1" | sed -n 's/^ *Candidate: \([0-9]*\:\)\{0,1\}\([0-9]*\).*/\2/p')"
  echo "${version:-0}"
}

# The distribution's Node is too old: the project's own archive, its checksum compared, in the cache.
unpack_node() {
  need curl curl ca-certificates
  local machine archive sums
  case "$(uname -m)" in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) die "no Node for $(uname -m) is known here. Install Node $NODE_MAJOR_MIN or newer, then run this again" ;;
  esac
  mkdir -p "$CACHE"
  sums="$(curl -fsSL "$NODE_RELEASES/SHASUMS256.txt" | grep "linux-$machine.tar.gz$")" ||
    die "could not fetch $NODE_RELEASES. Install Node $NODE_MAJOR_MIN or newer from https://nodejs.org, then run this again"
  archive="$CACHE/${sums##* }"
  curl -fsSL -o "$archive" "$NODE_RELEASES/${sums##* }" || die "could not fetch ${sums##* }"
  echo "${sums%% *} $archive" | sha256sum --check --quiet || die "$archive is damaged"
  rm -rf "$NODE_FOLDER"
  mkdir -p "$NODE_FOLDER"
  tar -xzf "$archive" -C "$NODE_FOLDER" --strip-components 1
  rm "$archive"
}
