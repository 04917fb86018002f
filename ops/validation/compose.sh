#!/usr/bin/env bash
# The compose file: each profile by docker compose itself, our rules for what it runs, the binary's flags; that
# Prometheus scrapes services that there are, by ports that they listen on; and that what is mounted is there.
# Seconds; no engine is needed.
# VOXELHEIM_BIN names the binary [target/debug/voxelheim]; without one its flags are not looked at.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../dev/common.sh"
source "$ROOT/ops/validation/watching/tools.sh"

main() {
  cd "$ROOT"
  need_yaml
  local binary="${VOXELHEIM_BIN:-$TARGET/debug/voxelheim}"
  if [ -x "$binary" ]; then
    VOXELHEIM_BIN="$binary" ops/dev/compose.sh check
  else
    note "no $binary: its flags are not looked at"
    ops/dev/compose.sh check
  fi
  python3 ops/validation/watching/compose.py docker-compose.yml
}

main
