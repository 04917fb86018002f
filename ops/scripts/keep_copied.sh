#!/usr/bin/env bash
# Copies an environment at each full hour for as long as it runs: its databases, and each part of its world, that is
# each server's data folder, by the name after it. Once a day old copies go. Whatever fails is said, and all the same
# the rest is copied.
#   ops/scripts/keep_copied.sh ENV DATA=NAME...
# VOXELHEIM_COPIED names a folder in which a file NAME is touched once its world is copied, and the databases before it:
# for the metrics of the server whose it is (`voxelheim shard --copied`). None is while the newest copies could not be
# read back, which is tried once a day and then each hour until it succeeds: what nobody can read is no copy.
set -euo pipefail
SCRIPTS="$(dirname "${BASH_SOURCE[0]}")"
PERIOD_S=3600
# Of the day, when few play: the newest copies are read back then, and old ones go.
PRUNING_HOUR=4
IS_READABLE=1

trap 'exit 0' TERM INT

main() {
  [ $# -ge 2 ] || { echo "usage: $0 ENV DATA=NAME..." >&2; exit 2; }
  while true; do
    rest_of_hour
    copy "$@"
  done
}

# A shell that waits for a program puts signals off; one that waits for a job does not.
rest_of_hour() {
  sleep $((PERIOD_S - $(date +%s) % PERIOD_S)) &
  wait "$!"
}

copy() {
  local environment="$1" part names=() copied=() is_dumped=1
  shift
  # The databases first: a world is to be later than the dump that it comes back with (docs/disaster-recovery.md).
  "$SCRIPTS/create_db_dump.sh" "$environment" || { is_dumped=0 && failed "the databases"; }
  for part in "$@"; do
    names+=("${part##*=}")
    if "$SCRIPTS/backup_world.sh" "$environment" "${part%=*}" "${part##*=}"; then
      copied+=("${part##*=}")
    else
      failed "the world of ${part##*=}"
    fi
  done
  if [ "$((10#$(date +%H)))" = "$PRUNING_HOUR" ] || [ "$IS_READABLE" = 0 ]; then
    IS_READABLE=1
    "$SCRIPTS/prune_backups.sh" "$environment" "${names[@]}" || { IS_READABLE=0 && failed "old copies"; }
  fi
  [ "$is_dumped$IS_READABLE" != 11 ] || tell "${copied[@]}"
}

tell() {
  local name
  [ -n "${VOXELHEIM_COPIED:-}" ] || return 0
  for name in "$@"; do
    touch "$VOXELHEIM_COPIED/$name" || failed "telling of $name"
  done
}

failed() { echo "error: $1: see above; the next try is in an hour" >&2; }

main "$@"
