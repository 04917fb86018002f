#!/usr/bin/env bash
# Proves that an environment's copies can be restored, in another environment whose databases are empty: fetches the
# newest, restores them, checks that the ledger adds up and that the world runs. Prints what was restored, of when.
#   ops/scripts/restore_drill.sh ENV DRILL_ENV [NAME]    NAME is a world's part; `pod` unless said
# DRILL_ENV has databases of its own, and the objects and identity of ENV.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

SCRIPTS="$(dirname "${BASH_SOURCE[0]}")"

main() {
  [ $# = 2 ] || [ $# = 3 ] || die "usage: $0 ENV DRILL_ENV [NAME]"
  need psql
  enter "$2"
  require VOXELHEIM_GAME VOXELHEIM_OBJECTS
  scratch
  printf 'databases %s\n' "$(newest "databases/$1")"
  "$SCRIPTS/import_db_dump.sh" "$2" "archive:databases/$1"
  require_closed_books
  printf 'world %s\n' "$(newest "worlds/$1/${3:-pod}")"
  restore_world "$1" "${3:-pod}"
}

newest() { voxelheim archive list "$1" | tail -1; }

require_closed_books() {
  local unbalanced
  unbalanced="$(ask_database "$VOXELHEIM_GAME" \
    "SELECT item FROM inventory_balances GROUP BY item HAVING SUM(balance) <> 0")"
  [ -z "$unbalanced" ] || die "the restored ledger does not add up: $unbalanced"
  printf 'ledger closed\n'
}

# With the drill's variables, from the environment's copies.
restore_world() {
  voxelheim archive get "worlds/$1/$2" >"$SCRATCH/sealed"
  unseal "$SCRATCH/sealed" >"$SCRATCH/checkpoint"
  voxelheim checkpoint load --data "$SCRATCH/data" <"$SCRATCH/checkpoint"
  voxelheim replay "$SCRATCH/data" | grep '^hash '
}

main "$@"
