#!/usr/bin/env bash
# The compose file: each profile by docker compose itself, our rules for what it runs, the binary's flags; that
# Prometheus scrapes services that there are, by ports that they listen on, on a public server as well, whose certificate
# it watches; and that what is mounted is there.
# Seconds; no engine is needed.
# VOXELHEIM_BIN names the binary [target/debug/voxelheim]; without one its flags are not looked at.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
source "$ROOT/ops/validation/watching/tools.sh"

main() {
  cd "$ROOT"
  need_yaml
  if [ -x "$BINARY" ]; then
    VOXELHEIM_BIN="$BINARY" ops/dev/compose.sh check
  else
    note "no $BINARY: its flags are not looked at"
    ops/dev/compose.sh check
  fi
  watched docker-compose.yml
  check_public
}

watched() { python3 ops/validation/watching/compose.py "$1"; }

# What ops/compose/public.yml says of a service is in place of what the file says, so a line may be lost.
check_public() {
  ops/dev/compose.sh public >"$SCRATCH/public.json"
  watched "$SCRATCH/public.json"
  sed '/--entrypoints.metrics.address/d' "$SCRATCH/public.json" >"$SCRATCH/odd.json"
  must_fail "a port that Prometheus scrapes and nobody opens" watched "$SCRATCH/odd.json"
  sed 's#/tmp/page.json#/tmp/host.json#' "$SCRATCH/public.json" >"$SCRATCH/odd.json"
  must_fail "a certificate that nobody watches" watched "$SCRATCH/odd.json"
}

main
