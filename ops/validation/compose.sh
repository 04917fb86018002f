#!/usr/bin/env bash
# The compose file: each profile by docker compose itself, our rules for what it runs, the binary's flags; that
# Prometheus scrapes services that there are, by ports that they listen on, on a public server as well, whose
# certificate it watches; that what is mounted is there; that the steps by which copies come back name what there is.
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
  canaries
  watched docker-compose.yml
  check_public
  check_restore
}

watched() { python3 ops/validation/watching/compose.py "$1"; }

# A fault for each of what our rules see between services, and between them and the binary.
canaries() {
  local file="$SCRATCH/alone.json" odd="$SCRATCH/odd.json"
  ops/dev/compose.sh alone >"$file"
  ruled "$file"
  # All that asks the edge follows it, but for the route.
  sed 's#--listen=0.0.0.0:8080#--listen=0.0.0.0:8081#; s#127.0.0.1:8080/healthz#127.0.0.1:8081/healthz#;
    s#=http://edge:8080#=http://edge:8081#' "$file" >"$odd"
  must_fail "a route to where nobody listens" ruled "$odd"
  sed 's#127.0.0.1:9100/healthz#127.0.0.1:8090/healthz#' "$file" >"$odd"
  must_fail "a health check of a port that nobody opens" ruled "$odd"
  sed 's#--pod=shard-2:7101#--pod=shard-2:7102#' "$file" >"$odd"
  must_fail "operators' questions at a port for links" ruled "$odd"
  [ -x "$BINARY" ] || return 0
  sed 's#VOXELHEIM_BROKER"#VOXELHEIM_BROKERS"#' "$file" >"$odd"
  must_fail "a variable that a role does not read" ruled "$odd" "$BINARY"
}

ruled() { python3 ops/dev/compose_rules.py "$@"; }

# What ops/compose/public.yml says of a service is in place of what the file says, so a line may be lost.
check_public() {
  ops/dev/compose.sh public >"$SCRATCH/public.json"
  watched "$SCRATCH/public.json"
  sed '/--entrypoints.metrics.address/d' "$SCRATCH/public.json" >"$SCRATCH/odd.json"
  must_fail "a port that Prometheus scrapes and nobody opens" watched "$SCRATCH/odd.json"
  sed 's#/tmp/page.json#/tmp/host.json#' "$SCRATCH/public.json" >"$SCRATCH/odd.json"
  must_fail "a certificate that nobody watches" watched "$SCRATCH/odd.json"
}

# Of the file with public.yml: what comes back is the same, and a server that everybody reaches needs it most.
check_restore() {
  local steps="$SCRATCH/steps.md"
  restored "$SCRATCH/public.json"
  sed 's#/worlds/2 pod-2 ID#/worlds/1 pod-2 ID#' docs/disaster-recovery.md >"$steps"
  must_fail "a world that comes back into another's volume" restored "$SCRATCH/public.json" "$steps"
  sed 's#run --rm restore import_db_dump#run --rm backup import_db_dump#' docs/disaster-recovery.md >"$steps"
  must_fail "a service that cannot open copies" restored "$SCRATCH/public.json" "$steps"
  sed 's# voxelheim_clickhouse# voxelheim_minio#' docs/disaster-recovery.md >"$steps"
  must_fail "copies that go before they come back" restored "$SCRATCH/public.json" "$steps"
}

restored() { python3 ops/validation/compose_restore.py "$@"; }

main
