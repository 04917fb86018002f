#!/usr/bin/env bash
# Proves that an environment's copies can be restored, in another environment whose databases are empty: fetches the
# newest, restores them, checks that the ledger adds up, and has the world go on from where the copies left it. Prints
# what was restored, of when.
#   ops/scripts/restore_drill.sh ENV DRILL_ENV [NAME[:ID]]...
# ENV is what the copies are named by: in a cluster the namespace. NAMEs are of all of the world's parts, `pod` unless
# said; with an ID that copy, else the newest.
# DRILL_ENV has databases of its own, and the objects and identity of ENV; for a world of several processes, whose parts
# are pod-1, pod-2 and so on, also a directory (VOXELHEIM_DIRECTORY). The world runs on loopback, and nobody is told of it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

SCRIPTS="$(dirname "${BASH_SOURCE[0]}")"
# By when it must have gone on for so many ticks, two seconds of them.
PATIENCE_S=120
TICKS_MIN=40

main() {
  [ $# -ge 2 ] || die "usage: $0 ENV DRILL_ENV [NAME[:ID]]..."
  local environment="$1" copies=("${@:3}") names
  [ $# -gt 2 ] || copies=(pod)
  names=("${copies[@]%%:*}")
  enter "$2"
  refuse_sqlite
  need psql curl
  require VOXELHEIM_GAME VOXELHEIM_OBJECTS
  require_identity
  scratch
  trap clean_up EXIT
  [[ "${names[0]}" != pod-* ]] || require_new_directory
  local dumped
  dumped="$(newest "databases/$environment")"
  [ -n "$dumped" ] || die "there are no copies of databases/$environment: which environment made them?"
  require_copies "$environment" "${copies[@]}"
  printf 'databases %s\n' "$dumped"
  "$SCRIPTS/import_db_dump.sh" "$2" "archive:databases/$environment"
  require_closed_books
  restore_worlds "$environment" "${copies[@]}"
  run_worlds "${names[@]}"
}

STARTED=()
declare -A PID_OF=()
clean_up() {
  end_worlds
  rm -rf "$SCRATCH"
}

newest() { voxelheim archive list "$1" | tail -1; }

# Of each part, before the databases are filled: these would have to be made anew.
require_copies() {
  local environment="$1" copy name id kept
  shift
  for copy in "$@"; do
    name="worlds/$environment/${copy%%:*}"
    kept="$(voxelheim archive list "$name")"
    [ -n "$kept" ] || die "there are no copies of $name"
    [[ "$copy" = *:* ]] || continue
    id="${copy#*:}"
    [[ $'\n'"$kept" = *$'\n'"$id "* ]] || die "there is no copy $id of $name"
  done
}

require_closed_books() {
  local unbalanced
  unbalanced="$(ask_database "$VOXELHEIM_GAME" \
    "SELECT item FROM inventory_balances GROUP BY item HAVING SUM(balance) <> 0")"
  [ -z "$unbalanced" ] || die "the restored ledger does not add up: $unbalanced"
  printf 'ledger closed\n'
}

# With the drill's variables, from the environment's copies. All are to be of one tick, or no world can go on with them.
restore_worlds() {
  local environment="$1" copy name id said tick
  shift
  TICK=""
  for copy in "$@"; do
    name="${copy%%:*}"
    # A line of the list is id and bytes.
    [[ "$copy" = *:* ]] && id="${copy#*:}" || id="$(newest "worlds/$environment/$name" | cut -d ' ' -f 1)"
    printf 'world %s %s\n' "$name" "$id"
    voxelheim archive get "worlds/$environment/$name" "$id" >"$SCRATCH/sealed"
    unseal "$SCRATCH/sealed" >"$SCRATCH/checkpoint"
    said="$(voxelheim checkpoint load --data "$SCRATCH/$name" <"$SCRATCH/checkpoint")"
    tick="$(sed -n 's/.* as of tick \([0-9]*\)\.$/\1/p' <<<"$said")"
    [ "${TICK:=$tick}" = "$tick" ] ||
      die "this copy of $name is of tick $tick, of another part of $TICK: name copies of one hour that are of one, NAME:ID"
    hash_of "$name" >"$SCRATCH/$name.hash"
    cat "$SCRATCH/$name.hash"
  done
}

# Of the tick of the copy.
hash_of() { voxelheim replay "$SCRATCH/$1" --until "$TICK" | grep '^hash '; }

run_worlds() {
  local name
  for name in "$@"; do start "$name"; done
  for name in "$@"; do
    await "$name"
    printf 'ticks %s\n' "$name"
  done
  end_worlds
  # What ran is what was copied: it began there, not with a world of its own.
  for name in "$@"; do
    [ "$(hash_of "$name")" = "$(cat "$SCRATCH/$name.hash")" ] || die "$name went on with another world than its copy's"
  done
  printf 'world runs\n'
}

# Processes would join a world that there is.
require_new_directory() {
  require VOXELHEIM_DIRECTORY
  [ "$(ask_database "$VOXELHEIM_DIRECTORY" "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")" = 0 ] ||
    die "the drill's directory is not empty: make a new one"
}

# A part of a world of several processes, or all of it in one. It knows nothing of this shell's but the directory.
start() {
  local command=(--listen 127.0.0.1:0)
  [[ "$1" != pod-* ]] || command=(shard --pod "${1#pod-}" --link 127.0.0.1:0 --authority "$SCRATCH/authority" --status 127.0.0.1:0)
  env --ignore-environment PATH="$PATH" ${VOXELHEIM_DIRECTORY:+VOXELHEIM_DIRECTORY="$VOXELHEIM_DIRECTORY"} \
    "${VOXELHEIM_BINARY:-voxelheim}" "${command[@]}" --keep-all --data "$SCRATCH/$1" \
    >"$SCRATCH/$1.out" 2>"$SCRATCH/$1.log" &
  STARTED+=("$!")
  PID_OF["$1"]="$!"
}

# Until it ticks: it says where it tells that once it does.
await() {
  local url="" tick="" end=$((SECONDS + PATIENCE_S))
  until [ "${tick:-0}" -ge $((TICK + TICKS_MIN)) ]; do
    kill -0 "${PID_OF["$1"]}" 2>/dev/null && [ "$SECONDS" -lt "$end" ] || die "$1 does not tick: $(tail -n 5 "$SCRATCH/$1.log")"
    sleep 1
    url="$(grep -om 1 'http://[0-9.:]*' "$SCRATCH/$1.out" || true)"
    [ -z "$url" ] || tick="$(curl --silent --fail "$url/metrics" | sed -n 's/^voxelheim_tick_total \([0-9]*\)$/\1/p')" || true
  done
}

# It is nobody's world: nothing of it need be emptied first.
end_worlds() {
  [ ${#STARTED[@]} = 0 ] || kill -KILL "${STARTED[@]}" 2>/dev/null || true
  wait "${STARTED[@]}" 2>/dev/null || true
  STARTED=()
}

main "$@"
