#!/usr/bin/env bash
# Says of which tick each copy of a world's parts is, and fails unless all are of one: others make no world. It restores
# nothing, so ask it before anything is given up.
#   ops/scripts/world_ticks.sh ENV NAME[:ID]...    the newest copy unless an id is given
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

main() {
  [ $# -ge 2 ] || die "usage: $0 ENV NAME[:ID]..."
  local copy name id tick
  need zstd age
  enter "$1"
  require VOXELHEIM_OBJECTS
  require_identity
  scratch
  for copy in "${@:2}"; do
    IFS=: read -r name id <<<"$copy"
    voxelheim archive get "worlds/$ENVIRONMENT/$name" ${id:+"$id"} >"$SCRATCH/sealed"
    unseal "$SCRATCH/sealed" >"$SCRATCH/checkpoint"
    tick="$(tick_of "$SCRATCH/checkpoint")"
    printf '%s %s\n' "$copy" "$tick"
    echo "$tick" >>"$SCRATCH/ticks"
  done
  [ "$(sort -u "$SCRATCH/ticks" | wc -l)" = 1 ] || die "these are not of one tick: no world goes on from them"
}

main "$@"
