#!/usr/bin/env bash
# Beside a shard: copies its world at each full hour for as long as it runs, see backup_world.sh, so that the copies of
# all parts of a world are of the same checkpoint. A copy that fails is said and tried again after five minutes; what is
# made then is of another tick than the others of its hour, and is said to be.
#   ops/scripts/keep_world_copied.sh ENV DATA NAME
# VOXELHEIM_COPIED names a file that is touched after each copy, for the shard's metrics (`voxelheim shard --copied`).
set -euo pipefail
SCRIPTS="$(dirname "${BASH_SOURCE[0]}")"
PERIOD_S=3600
RETRY_S=300

[ $# = 3 ] || { echo "usage: $0 ENV DATA NAME" >&2; exit 2; }

# As the first process of a container it is asked to end by signals, which a shell that waits for a program puts off.
trap 'exit 0' TERM INT

rest() {
  sleep "$1" &
  wait "$!"
}

rest_of_hour() { rest $((PERIOD_S - $(date +%s) % PERIOD_S)); }

rest_of_hour
IS_LATE=0
while true; do
  if "$SCRIPTS/backup_world.sh" "$@"; then
    [ -z "${VOXELHEIM_COPIED:-}" ] || touch "$VOXELHEIM_COPIED"
    [ "$IS_LATE" = 0 ] || echo "warning: that copy is late: with other parts' of this hour it makes no world" >&2
    IS_LATE=0
    rest_of_hour
  else
    IS_LATE=1
    rest "$RETRY_S"
  fi
done
