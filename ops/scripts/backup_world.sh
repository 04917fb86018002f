#!/usr/bin/env bash
# Copies the newest checkpoint of a world, packed and sealed, while its server runs. Prints the copy's id, and says of
# which tick it is: with others' of another tick no world of several parts goes on.
#   ops/scripts/backup_world.sh ENV DATA [NAME]    DATA is the data folder of a server or shard; NAME is `pod` unless said
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

main() {
  [ $# = 2 ] || [ $# = 3 ] || die "usage: $0 ENV DATA [NAME]"
  need zstd age
  enter "$1"
  require VOXELHEIM_OBJECTS
  require_recipient
  scratch
  voxelheim checkpoint save --data "$2" >"$SCRATCH/checkpoint"
  seal <"$SCRATCH/checkpoint" >"$SCRATCH/sealed"
  voxelheim archive put "worlds/$ENVIRONMENT/${3:-pod}" <"$SCRATCH/sealed"
  say "that is ${3:-pod} as of tick $(tick_of "$SCRATCH/checkpoint")"
}

main "$@"
