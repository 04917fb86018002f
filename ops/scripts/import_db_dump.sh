#!/usr/bin/env bash
# Fills an environment's databases with a dump of create_db_dump.sh. They must be empty: nothing is ever overwritten.
#   ops/scripts/import_db_dump.sh ENV FILE            a file
#   ops/scripts/import_db_dump.sh ENV archive:NAME    the newest copy of this name: archive:databases/live
#   ops/scripts/import_db_dump.sh ENV archive:NAME:ID that of an id
# No service may run on them meanwhile. The tables are made by this version of the program, whose dump should be of no
# later one. From its beginning until all is there create_db_dump.sh refuses these databases; one into which a restore
# broke off has to be emptied, or made anew.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

main() {
  [ $# = 2 ] || die "usage: $0 ENV FILE|archive:NAME[:ID]"
  [[ "$2" = archive:* ]] || require_file "the dump" "$2"
  enter "$1"
  refuse_sqlite
  need pg_restore psql curl tar zstd age
  require VOXELHEIM_ACCOUNTS_DATABASE VOXELHEIM_GAME
  require_identity
  scratch
  fetch "$2"
  unseal "$SCRATCH/sealed" | tar --extract --directory "$SCRATCH"
  [ "$(head -1 "$SCRATCH/dump/about")" = "format 1" ] || die "that is no dump of ours"
  sed 's/^/  /' "$SCRATCH/dump/about" >&2
  # Before anything is touched: it may be the wrong environment.
  require_empty accounts "$VOXELHEIM_ACCOUNTS_DATABASE"
  require_empty game "$VOXELHEIM_GAME"
  [ ! -d "$SCRATCH/dump/warehouse" ] || require_empty_warehouse
  begin_restore
  voxelheim migrate >&2
  load_rows accounts "$VOXELHEIM_ACCOUNTS_DATABASE"
  load_rows game "$VOXELHEIM_GAME"
  [ ! -d "$SCRATCH/dump/warehouse" ] || load_warehouse
  end_restore
  say "restored"
}

# For create_db_dump.sh, in both databases at once: a dump is of both.
begin_restore() {
  ask_database "$VOXELHEIM_ACCOUNTS_DATABASE" "CREATE TABLE $RESTORE_BEGUN ()" >&2
  ask_database "$VOXELHEIM_GAME" "CREATE TABLE $RESTORE_BEGUN ()" >&2
}

end_restore() {
  ask_database "$VOXELHEIM_ACCOUNTS_DATABASE" "DROP TABLE $RESTORE_BEGUN" >&2
  ask_database "$VOXELHEIM_GAME" "DROP TABLE $RESTORE_BEGUN" >&2
}

fetch() {
  local name id
  case "$1" in
    archive:*)
      require VOXELHEIM_OBJECTS
      IFS=: read -r _ name id <<<"$1"
      voxelheim archive get "$name" ${id:+"$id"} >"$SCRATCH/sealed"
      ;;
    *) ln -s "$(realpath "$1")" "$SCRATCH/sealed" ;;
  esac
}

require_empty() {
  local table
  ! is_being_restored "$2" || die "a restore into the database of $1 broke off: restore into a new one"
  while read -r table; do
    [ -n "$(ask_database "$2" "SELECT to_regclass('$table')")" ] || continue
    [ "$(ask_database "$2" "SELECT count(*) FROM (SELECT 1 FROM $table LIMIT 1) AS one")" = 0 ] ||
      die "the database of $1 is not empty ($table has rows): restore into a new one"
  done < <(pg_restore --list "$SCRATCH/dump/$1.pgdump" | sed -n 's/.* TABLE DATA \([^ ]*\) \([^ ]*\) .*/\1.\2/p')
}

require_empty_warehouse() {
  local table
  require VOXELHEIM_WAREHOUSE
  for table in $(warehouse_tables); do
    [ "$(ask_warehouse "EXISTS TABLE \`$table\`")" = 1 ] || continue
    [ "$(ask_warehouse "SELECT count() FROM \`$table\`")" = 0 ] ||
      die "the warehouse is not empty ($table has rows): restore into a new one"
  done
}

# Those of the dump.
warehouse_tables() { find "$SCRATCH/dump/warehouse" -name '*.native' -exec basename {} .native \; | sort; }

load_rows() {
  say "restoring $1"
  on_database "$2" pg_restore --data-only --no-owner --single-transaction --exit-on-error "$SCRATCH/dump/$1.pgdump"
}

load_warehouse() {
  local file table
  say "restoring the warehouse"
  for table in $(warehouse_tables); do
    file="$SCRATCH/dump/warehouse/$table.native"
    [ ! -s "$file" ] || ask_warehouse "INSERT INTO \`$table\` FORMAT Native" "$file"
  done
}

main "$@"
