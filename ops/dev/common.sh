# shellcheck shell=bash
# Shared by every script in ops/dev: where things are, what is missing, how it is installed.
# Sourced, never run. Expects `set -euo pipefail` in the script that sources it.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/voxelheim"
# shellcheck disable=SC2034 # used by the scripts that source this
TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"

say() { printf '\n== %s\n' "$*" >&2; }
note() { printf '   %s\n' "$*" >&2; }
die() {
  printf '\nerror: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
# What is fetched from a registry, which may stumble once.
twice() { "$@" || { sleep 2 && "$@"; }; }

can_install() { have apt-get && [ "$(id -u)" = 0 ]; }

APT_REFRESHED="$CACHE/apt-refreshed"
APT_LOG="$CACHE/apt.log"

# Package lists older than a day are fetched again, so that a fresh machine finds its packages.
apt_refresh() {
  [ -n "$(find "$APT_REFRESHED" -mmin -1440 2>/dev/null)" ] && return
  mkdir -p "$CACHE"
  twice apt-get update -qq >"$APT_LOG" 2>&1 || note "apt-get update failed, see $APT_LOG; trying with the lists at hand"
  touch "$APT_REFRESHED"
}

# need COMMAND PACKAGE...: the command is there afterwards, or the script ends saying what to install.
need() {
  local command="$1"
  shift
  have "$command" && return
  apt_install "'$command'" "$@"
  have "$command" || die "'$command' is still missing after installing $*"
}

# apt_install WHAT PACKAGE...: WHAT is missing, and is in these packages.
apt_install() {
  local what="$1"
  shift
  can_install || die "$what is missing. Install it, then run this again: sudo apt-get install $*"
  note "installing $* (apt)"
  apt_refresh
  twice env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$APT_LOG" 2>&1 || {
    cat "$APT_LOG" >&2
    die "apt-get install $* failed"
  }
}

# The end-to-end tests find the browser in $CHROMIUM.
need_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && have "$name"; then
      CHROMIUM="$(command -v "$name")"
      export CHROMIUM
      return
    fi
  done
  need chromium chromium
  CHROMIUM="$(command -v chromium)"
  export CHROMIUM
}

source "$ROOT/ops/dev/toolchains.sh"
