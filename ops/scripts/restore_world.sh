#!/usr/bin/env bash
# Makes the world of a copy of backup_world.sh in a data folder that has none.
#   ops/scripts/restore_world.sh ENV DATA [NAME [ID]]    the newest copy unless an id is given
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

main() {
  [ $# -ge 2 ] && [ $# -le 4 ] || die "usage: $0 ENV DATA [NAME [ID]]"
  need zstd age
  enter "$1"
  require VOXELHEIM_OBJECTS
  require_identity
  scratch
  voxelheim archive get "worlds/$ENVIRONMENT/${3:-pod}" ${4:+"$4"} >"$SCRATCH/sealed"
  unseal "$SCRATCH/sealed" >"$SCRATCH/checkpoint"
  voxelheim checkpoint load --data "$2" <"$SCRATCH/checkpoint"
}

main "$@"
