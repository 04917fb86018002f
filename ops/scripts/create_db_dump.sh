#!/usr/bin/env bash
# Dumps an environment's databases (accounts, game, warehouse) while they are in use, packed and sealed.
#   ops/scripts/create_db_dump.sh ENV          keeps the dump among the environment's copies, prints its id
#   ops/scripts/create_db_dump.sh ENV FILE     writes it to a file instead
# Each database is as of one instant of its own (over Citus' workers, of the time that the dump takes). What one has
# told another and that has not heard yet is in an outbox of the first, and is told again after a restore. Tables are
# made by `voxelheim migrate`: only their rows are dumped. Of a database without these tables, and where a restore has
# begun and not ended, no dump is made: it would be the newest, and hold nothing or a part.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

main() {
  [ $# = 1 ] || [ $# = 2 ] || die "usage: $0 ENV [FILE]"
  [ ! -e "${2:-}" ] || die "$2 is there already"
  enter "$1"
  refuse_sqlite
  need pg_dump psql curl tar zstd age
  # Before anything is dumped: that may take long.
  require VOXELHEIM_ACCOUNTS_DATABASE VOXELHEIM_GAME
  if [ -z "${2:-}" ]; then
    require VOXELHEIM_OBJECTS
  fi
  require_recipient
  require_whole accounts "$VOXELHEIM_ACCOUNTS_DATABASE"
  require_whole game "$VOXELHEIM_GAME"
  scratch
  mkdir "$SCRATCH/dump"
  dump_rows accounts "$VOXELHEIM_ACCOUNTS_DATABASE"
  dump_rows game "$VOXELHEIM_GAME"
  [ -z "${VOXELHEIM_WAREHOUSE:-}" ] || dump_warehouse
  printf 'format 1\nenvironment %s\nversion %s\n' "$ENVIRONMENT" "$(voxelheim --version)" >"$SCRATCH/dump/about"
  # Whole before it is kept: a dump that broke off must not look like one.
  tar --create --directory "$SCRATCH" dump | seal >"$SCRATCH/sealed"
  keep "${2:-}"
}

require_whole() {
  local count
  ! is_being_restored "$2" ||
    die "a restore into the database of $1 has not ended, or broke off: nothing of it is worth a copy"
  # Each service keeps a list of its own of what was done to its tables.
  count="$(ask_database "$2" "SELECT count(*) FROM pg_tables
    WHERE schemaname = 'public' AND tablename LIKE '%\_migrations'")" || die "cannot ask the database of $1"
  [ "$count" != 0 ] ||
    die "the database of $1 has no tables of ours: it is new, or another"
}

dump_rows() {
  say "dumping $1"
  on_database "$2" pg_dump --format=custom --compress=0 --data-only --no-owner --exclude-table='*_migrations' \
    --file "$SCRATCH/dump/$1.pgdump"
}

dump_warehouse() {
  local table
  say "dumping the warehouse"
  mkdir "$SCRATCH/dump/warehouse"
  ask_warehouse "SELECT name FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE '%migrations' \
    ORDER BY name FORMAT TSV" >"$SCRATCH/tables"
  while read -r table; do
    ask_warehouse "SELECT * FROM \`$table\` FORMAT Native" >"$SCRATCH/dump/warehouse/$table.native"
  done <"$SCRATCH/tables"
}

keep() {
  if [ -n "$1" ]; then
    mv "$SCRATCH/sealed" "$1"
    printf '%s\n' "$1"
  else
    voxelheim archive put "databases/$ENVIRONMENT" <"$SCRATCH/sealed"
  fi
}

main "$@"
