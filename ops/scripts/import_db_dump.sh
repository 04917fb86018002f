#!/usr/bin/env bash
# Fills an environment's databases with a dump of create_db_dump.sh. They must be empty: nothing is ever overwritten.
#   ops/scripts/import_db_dump.sh ENV FILE            a file
#   ops/scripts/import_db_dump.sh ENV archive:NAME    the newest copy of this name: archive:databases/live
#   ops/scripts/import_db_dump.sh ENV archive:NAME:ID that of an id
# No service may run on them meanwhile. The tables are made by this version of the program, whose dump should be of no
# later one.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

main() {
  [ $# = 2 ] || die "usage: $0 ENV FILE|archive:NAME[:ID]"
  need pg_restore psql curl tar zstd age
  enter "$1"
  require VOXELHEIM_ACCOUNTS_DATABASE VOXELHEIM_GAME
  scratch
  fetch "$2"
  unseal "$SCRATCH/sealed" | tar --extract --directory "$SCRATCH"
  [ "$(head -1 "$SCRATCH/dump/about")" = "format 1" ] || die "that is no dump of ours"
  sed 's/^/  /' "$SCRATCH/dump/about" >&2
  voxelheim migrate >&2
  require_empty accounts "$VOXELHEIM_ACCOUNTS_DATABASE"
  require_empty game "$VOXELHEIM_GAME"
  load_rows accounts "$VOXELHEIM_ACCOUNTS_DATABASE"
  load_rows game "$VOXELHEIM_GAME"
  [ ! -d "$SCRATCH/dump/warehouse" ] || load_warehouse
  say "restored"
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
  while read -r table; do
    [ "$(psql --no-psqlrc --tuples-only --no-align --command "SELECT count(*) FROM (SELECT 1 FROM $table LIMIT 1) AS one" "$2")" = 0 ] ||
      die "the database of $1 is not empty ($table has rows): restore into a new one"
  done < <(pg_restore --list "$SCRATCH/dump/$1.pgdump" | sed -n 's/.* TABLE DATA \([^ ]*\) \([^ ]*\) .*/\1.\2/p')
}

load_rows() {
  say "restoring $1"
  pg_restore --data-only --no-owner --single-transaction --exit-on-error --dbname "$2" "$SCRATCH/dump/$1.pgdump"
}

load_warehouse() {
  local file table
  require VOXELHEIM_WAREHOUSE
  say "restoring the warehouse"
  for file in "$SCRATCH"/dump/warehouse/*.native; do
    table="$(basename "$file" .native)"
    [ "$(ask_warehouse "SELECT count() FROM \`$table\`")" = 0 ] ||
      die "the warehouse is not empty ($table has rows): restore into a new one"
    [ ! -s "$file" ] || ask_warehouse "INSERT INTO \`$table\` FORMAT Native" "$file"
  done
}

main "$@"
