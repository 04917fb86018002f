#!/usr/bin/env bash
# Players, their things, statistics and a world are dumped while in use, destroyed, and restored into fresh databases, out
# of a fresh store to which the copies were carried over: every row is there, the ledger adds up, the world has the same hash, and a player goes on where they were. On real
# PostgreSQL and ClickHouse, and on a small server that speaks S3 (s3s-fs, ops/dev/s3.sh). What is damaged, would
# overwrite anything or is not whole yet is refused.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../dev/common.sh"

GUESTS=12
STARTED=()

main() {
  need age age
  need zstd zstd
  need pg_dump postgresql-client
  need jq jq
  BINARY="${VOXELHEIM_BIN:-$TARGET/debug/voxelheim}"
  [ -x "$BINARY" ] || cargo build --locked --quiet --package voxelheim
  WORK="$(mktemp -d)"
  trap clean_up EXIT
  prepare
  fill
  in_use
  half_restored
  carry_over
  destroy_and_restore
  require_same
  drill
  shards
  hourly
  beside
  refusals
  note "rows, ledger, world and sessions are as they were"
}

clean_up() {
  local pid database
  for pid in "${STARTED[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  fresh_store stop
  for database in "${ACCOUNTS[@]}" "${GAMES[@]}" "${DIRECTORIES[@]}"; do
    psql_of "$POSTGRES" "DROP DATABASE IF EXISTS $database" 2>/dev/null || true
  done
  for database in "${WAREHOUSES[@]}"; do warehouse default "DROP DATABASE IF EXISTS $database" || true; done
  rm -rf "$WORK"
}

# --- the environments: `before`, and others of which every database is fresh ---

prepare() {
  local tag="backup_$$" database
  POSTGRES="$("$ROOT/ops/dev/postgres.sh")"
  CLICKHOUSE="$("$ROOT/ops/dev/clickhouse.sh")"
  CLICKHOUSE="${CLICKHOUSE%/*}"
  CACHE_URL="$("$ROOT/ops/dev/redis.sh")"
  BROKER_URL="$("$ROOT/ops/dev/rabbitmq.sh")"
  OBJECTS="$("$ROOT/ops/dev/s3.sh")"
  ACCOUNTS=("${tag}_accounts_before" "${tag}_accounts_after" "${tag}_accounts_drill" "${tag}_accounts_shards")
  GAMES=("${tag}_game_before" "${tag}_game_after" "${tag}_game_drill" "${tag}_game_shards")
  WAREHOUSES=("${tag}_before" "${tag}_after" "${tag}_drill" "${tag}_shards")
  DIRECTORIES=("${tag}_directory" "${tag}_directory_shards")
  TAG="$tag"
  age-keygen --output "$WORK/identity" 2>/dev/null
  environment before 0 >"$WORK/before.env"
  environment after 1 >"$WORK/after.env"
  environment drill 2 >"$WORK/drill.env"
  environment shards 3 >"$WORK/shards.env"
  for database in "${DIRECTORIES[@]}"; do psql_of "$POSTGRES" "CREATE DATABASE $database"; done
  echo "VOXELHEIM_DIRECTORY=${POSTGRES%/*}/${DIRECTORIES[1]}" >>"$WORK/shards.env"
  export VOXELHEIM_ENVIRONMENTS="$WORK" VOXELHEIM_BINARY="$BINARY"
}

environment() {
  local place="$2" base="${POSTGRES%/*}"
  psql_of "$POSTGRES" "CREATE DATABASE ${ACCOUNTS[place]}"
  psql_of "$POSTGRES" "CREATE DATABASE ${GAMES[place]}"
  warehouse default "CREATE DATABASE ${WAREHOUSES[place]}"
  cat <<TEXT
VOXELHEIM_ACCOUNTS_DATABASE=$base/${ACCOUNTS[place]}
VOXELHEIM_GAME=$base/${GAMES[place]}
VOXELHEIM_WAREHOUSE=$CLICKHOUSE/${WAREHOUSES[place]}
VOXELHEIM_CACHE=$CACHE_URL
VOXELHEIM_BROKER=$BROKER_URL
VOXELHEIM_OBJECTS=$OBJECTS
VOXELHEIM_BACKUP_RECIPIENT=$(age-keygen -y "$WORK/identity")
VOXELHEIM_BACKUP_IDENTITY=$WORK/identity
TEXT
}

psql_of() { psql --no-psqlrc --quiet --tuples-only --no-align "$1" --command "$2"; }

warehouse() {
  curl --silent --show-error --fail-with-body "$CLICKHOUSE/?database=$1" --data-binary "$2"
}

# become ENV COMMAND...: the (sub)shell goes on as that command, with the environment's variables.
become() {
  set -a
  # shellcheck disable=SC1090 # written above
  source "$WORK/$1.env"
  set +a
  shift
  exec "$@"
}

# serve ENV ROLE FLAG...: its address, in $ADDRESS.
serve() {
  local environment="$1" role="$2" log="$WORK/$1-$2.log" pid
  shift 2
  : >"$log"
  (become "$environment" "$BINARY" "$role" --listen 127.0.0.1:0 "$@" >"$log" 2>"$log.err") &
  pid="$!"
  STARTED+=("$pid")
  until ADDRESS="$(sed -n 's/.*listens on \(http[^ ]*\)\/$/\1/p' "$log")" && [ -n "$ADDRESS" ]; do
    kill -0 "$pid" 2>/dev/null || die "$role did not start: $(cat "$log.err")"
    read -r -t 0.1 <> <(:) || true
  done
}

services_of() {
  (become "$1" "$BINARY" migrate) >/dev/null
  serve "$1" auth --url http://auth.test/ --page-url http://page.test/ \
    --master-key "$WORK/master_key" --mail "$WORK/mail"
  AUTH="$ADDRESS"
  serve "$1" inventory --keys "$AUTH/auth"
  INVENTORY="$ADDRESS"
  curl --silent --retry 50 --retry-delay 0 --retry-max-time 20 --retry-all-errors --fail "$INVENTORY/readyz" >/dev/null
}

end_services() {
  local pid
  for pid in "${STARTED[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  STARTED=()
}

call() {
  local method="$1" url="$2" token="$3" body="${4:-}"
  curl --silent --show-error --fail-with-body --request "$method" "$url" ${token:+--header "Authorization: Bearer $token"} \
    ${body:+--header 'Content-Type: application/json' --data "$body"}
}

# --- what there is to lose ---

fill() {
  local number guest access character
  services_of before
  for ((number = 0; number < GUESTS; number++)); do
    guest="$(call POST "$AUTH/auth/guests" "")"
    access="$(jq -r .access_token <<<"$guest")"
    character="$(call POST "$AUTH/auth/tickets" "$access" "{\"character\":\"Keeper $number\",\"edge\":\"battle\"}" |
      jq -r .character_id)"
    call GET "$INVENTORY/inventory/characters/$character/belongings" "$access" >"$WORK/belongings"
  done
  REFRESH="$(jq -r .refresh_token <<<"$guest")"
  CHARACTER="$character"
  warehouse "${WAREHOUSES[0]}" "INSERT INTO kills (at_ms, event, n) SELECT 1700000000000 + number, number, 0 FROM numbers(1000)"
  warehouse "${WAREHOUSES[0]}" "INSERT INTO sums_made (name, made_ms) VALUES ('hours', 1)"
}

# --- dumped while it is in use ---

in_use() {
  "$BINARY" --data "$WORK/world" --listen 127.0.0.1:0 --soldiers 20 >"$WORK/world.log" 2>&1 &
  STARTED+=("$!")
  # The first is of the world as it was made; the next is of a battle.
  until [ "$(compgen -G "$WORK/world/world/run-*/checkpoint-*.vxc" | wc -l)" -gt 1 ]; do
    read -r -t 0.1 <> <(:) || true
  done
  DUMP_ID="$("$ROOT/ops/scripts/create_db_dump.sh" before)"
  WORLD_ID="$("$ROOT/ops/scripts/backup_world.sh" before "$WORK/world" "$TAG")"
  end_services
  digests "${POSTGRES%/*}/${ACCOUNTS[0]}" >"$WORK/accounts.before"
  digests "${POSTGRES%/*}/${GAMES[0]}" >"$WORK/game.before"
  warehouse_digests "${WAREHOUSES[0]}" >"$WORK/warehouse.before"
  grep -q inventory_entries "$WORK/game.before" || die "there is nothing to lose"
}

# digests URL: of all rows of each table that has any.
digests() {
  local table
  psql_of "$1" "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%migrations' ORDER BY 1" |
    while read -r table; do
      psql_of "$1" "SELECT '$table', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM $table AS t HAVING count(*) > 0"
    done
}

warehouse_digests() {
  local table
  for table in kills sums_made; do
    printf '%s %s\n' "$table" "$(warehouse "$1" "SELECT count(), sum(cityHash64(*)) FROM $table")"
  done
}

# --- what is no dump: of databases that are empty, or into which a restore has begun and not ended ---

half_restored() {
  no_dump_of drill "has no tables of ours"
  "$ROOT/ops/scripts/create_db_dump.sh" before "$WORK/whole" >/dev/null
  # It breaks off where the tables are to be made.
  ! VOXELHEIM_BINARY=false "$ROOT/ops/scripts/import_db_dump.sh" drill "$WORK/whole" 2>"$WORK/said" ||
    die "a restore without a program"
  no_dump_of drill "has not ended"
  (become drill "$BINARY" migrate) >/dev/null
  no_dump_of drill "has not ended"
  ! "$ROOT/ops/scripts/import_db_dump.sh" drill "$WORK/whole" 2>"$WORK/said" || die "a half of a restore was overwritten"
  grep -q "broke off" "$WORK/said" || die "it does not say why: $(cat "$WORK/said")"
  empty 2
}

# no_dump_of ENV WHY: the store is there for more than one run, so what it keeps is compared.
no_dump_of() {
  local kept
  kept="$(dumps_of "$1")"
  ! "$ROOT/ops/scripts/create_db_dump.sh" "$1" 2>"$WORK/said" || die "a dump of databases that are not whole"
  grep -q "$2" "$WORK/said" || die "it does not say why: $(cat "$WORK/said")"
  [ "$(dumps_of "$1")" = "$kept" ] || die "it was kept all the same"
}

dumps_of() { "$BINARY" archive --objects "$OBJECTS" list "databases/$1"; }

# The databases of an environment, by its place: by what the page has one say. The warehouse's words are for a cluster, so
# they are only read, by its own parser.
empty() {
  local database word page="$ROOT/docs/disaster-recovery.md"
  word="$(sed -n 's/^ *psql game --command "\(DROP .*\)"$/\1/p' "$page")"
  for database in "${ACCOUNTS[$1]}" "${GAMES[$1]}"; do psql_of "${POSTGRES%/*}/$database" "$word"; done
  sed 's/ \\$//' "$page" | sed -n '/--query "/,/"$/p' | tr -d '\n' | grep -o '"[^"]*"' | tr -d '"' >"$WORK/words"
  [ "$(wc -l <"$WORK/words")" = 2 ] || die "$page has other words for the warehouse"
  while read -r word; do warehouse default "EXPLAIN AST $word" >/dev/null; done <"$WORK/words"
}

# --- the store is lost with the rest: what was carried over to another is all that there is from here on ---

carry_over() {
  local fresh
  fresh="$(fresh_store start)"
  DUMP_ID="$(carried databases/before "$DUMP_ID" "$fresh")"
  WORLD_ID="$(carried "worlds/before/$TAG" "$WORLD_ID" "$fresh")"
  sed -i "s|^VOXELHEIM_OBJECTS=.*|VOXELHEIM_OBJECTS=$fresh|" "$WORK"/*.env
  OBJECTS="$fresh"
}

# carried KIND ID STORE: its id there.
carried() { "$BINARY" archive --objects "$OBJECTS" get "$1" "$2" | "$BINARY" archive --objects "$3" put "$1"; }

fresh_store() { VOXELHEIM_S3_PORT=19010 VOXELHEIM_S3_DIR="$WORK/store" "$ROOT/ops/dev/s3.sh" "$1"; }

# --- destroyed and restored ---

destroy_and_restore() {
  "$BINARY" checkpoint save --data "$WORK/world" >"$WORK/last"
  mv "$WORK/world" "$WORK/lost"
  psql_of "$POSTGRES" "DROP DATABASE ${ACCOUNTS[0]}"
  psql_of "$POSTGRES" "DROP DATABASE ${GAMES[0]}"
  warehouse default "DROP DATABASE ${WAREHOUSES[0]}"
  "$ROOT/ops/scripts/import_db_dump.sh" after "archive:databases/before:$DUMP_ID"
  "$ROOT/ops/scripts/restore_world.sh" before "$WORK/world" "$TAG" "$WORLD_ID"
}

require_same() {
  local tick hash belongings access
  digests "${POSTGRES%/*}/${ACCOUNTS[1]}" | diff - "$WORK/accounts.before" || die "accounts are not as they were"
  digests "${POSTGRES%/*}/${GAMES[1]}" | diff - "$WORK/game.before" || die "the game is not as it was"
  warehouse_digests "${WAREHOUSES[1]}" | diff - "$WORK/warehouse.before" || die "statistics are not as they were"
  tick="$(compgen -G "$WORK/world/world/run-*/checkpoint-*.vxc" | sed 's/.*checkpoint-0*\([0-9]*\)\.vxc/\1/')"
  hash="$("$BINARY" replay "$WORK/world" | grep '^hash')"
  [ "$hash" = "$("$BINARY" replay "$WORK/lost" --until "$tick" | grep '^hash')" ] || die "the world is another"
  services_of after
  access="$(call POST "$AUTH/auth/refresh" "" "{\"refresh_token\":\"$REFRESH\"}" | jq -r .access_token)"
  belongings="$(call GET "$INVENTORY/inventory/characters/$CHARACTER/belongings" "$access")"
  [ "$(jq -S . <<<"$belongings")" = "$(jq -S . "$WORK/belongings")" ] || die "a player's things are others"
}

drill() {
  "$ROOT/ops/scripts/restore_drill.sh" before drill "$TAG" >"$WORK/drilled"
  grep -q '^ledger closed$' "$WORK/drilled" || die "the drill does not look at the ledger"
  grep -q "^$("$BINARY" replay "$WORK/world" | grep '^hash')$" "$WORK/drilled" || die "the drill's world is another"
  grep -q '^world runs$' "$WORK/drilled" || die "the drill does not run the world"
}

# --- a world of two processes: copied while they run, and run again by the drill, on a directory made anew ---

shards() {
  local number said="$WORK/shards"
  for number in 1 2; do
    "$BINARY" shard --pod "$number" --directory "${POSTGRES%/*}/${DIRECTORIES[0]}" --data "$WORK/pod-$number" --soldiers 20 \
      --authority "$WORK/authority" --link 127.0.0.1:0 >"$said-$number" 2>&1 &
    STARTED+=("$!")
  done
  # The first is of the world as it was made; the next of one tick on both, whoever came later.
  for number in 1 2; do
    until [ "$(compgen -G "$WORK/pod-$number/world/run-*/checkpoint-*.vxc" | wc -l)" -gt 1 ]; do await_shards; done
  done
  until [ "$(newest_tick 1)" = "$(newest_tick 2)" ]; do await_shards; done
  # Held, so that no checkpoint is made between the two copies.
  kill -STOP "${STARTED[@]}"
  for number in 1 2; do "$ROOT/ops/scripts/backup_world.sh" before "$WORK/pod-$number" "pod-$number" >/dev/null; done
  kill -CONT "${STARTED[@]}"
  end_services
  "$ROOT/ops/scripts/restore_drill.sh" before shards pod-1 pod-2 >"$WORK/drilled"
  [ "$(grep -c '^ticks pod-' "$WORK/drilled")" = 2 ] || die "the drill does not run all of the world"
  ! "$ROOT/ops/scripts/restore_drill.sh" before shards pod-1 pod-2 2>"$WORK/said" || die "a drill ran where one had run"
}

await_shards() {
  local pid
  for pid in "${STARTED[@]}"; do
    kill -0 "$pid" 2>/dev/null || die "a shard ended: $(tail -n 5 "$WORK"/shards-*)"
  done
  read -r -t 0.1 <> <(:) || true
}

newest_tick() { compgen -G "$WORK/pod-$1/world/run-*/checkpoint-*.vxc" | sed 's/.*checkpoint-0*\([0-9]*\)\.vxc/\1/' | sort -n | tail -1; }

# --- by the hour, under compose: a world counts as copied only with the databases before it ---

hourly() {
  mkdir -p "$WORK/bin" "$WORK/copied"
  # The hour is over at once, and the next never ends.
  printf '#!/bin/sh\necho slept >>"%s"\n[ "$(wc -l <"%s")" = 1 ] || exec tail --pid "$PPID" -f /dev/null\n' "$WORK/slept" "$WORK/slept" >"$WORK/bin/sleep"
  chmod +x "$WORK/bin/sleep"
  an_hour_of after
  [ -e "$WORK/copied/$TAG" ] || die "nobody is told that copies were made"
  rm "$WORK/copied/$TAG"
  sed "s|^VOXELHEIM_GAME=.*|&_which_is_not_there|" "$WORK/after.env" >"$WORK/undumped.env"
  an_hour_of undumped
  [ ! -e "$WORK/copied/$TAG" ] || die "a world counts as copied without its databases"
  [ -n "$("$BINARY" archive --objects "$OBJECTS" list "worlds/undumped/$TAG")" ] || die "what could be copied was not"
  # At the hour at which copies are read back, of which those of one part are not there.
  printf '#!/bin/sh\n[ "$1" = +%%H ] && echo 04 || exec %s "$@"\n' "$(command -v date)" >"$WORK/bin/date"
  chmod +x "$WORK/bin/date"
  an_hour_of after "$WORK/nowhere=$TAG-lost"
  [ ! -e "$WORK/copied/$TAG" ] || die "a world counts as copied though copies cannot be read back"
  an_hour_of after
  [ -e "$WORK/copied/$TAG" ] || die "copies that can be read back do not count"
}

# an_hour_of ENV [DATA=NAME]...: with the world beside these.
an_hour_of() {
  : >"$WORK/slept"
  PATH="$WORK/bin:$PATH" VOXELHEIM_COPIED="$WORK/copied" \
    "$ROOT/ops/scripts/keep_copied.sh" "$1" "$WORK/world=$TAG" "${@:2}" >/dev/null 2>&1 &
  local pid="$!"
  STARTED+=("$pid")
  until [ "$(wc -l <"$WORK/slept")" = 2 ]; do
    kill -0 "$pid" 2>/dev/null || die "copies are made no more"
    read -r -t 0.1 <> <(:) || true
  done
  end_services
}

# --- by the hour, in a cluster: beside its shard, as manifests run it ---

beside() {
  local told="$WORK/told" rested="$WORK/rested" part="$TAG-beside" kept="worlds/$TAG/$TAG-beside" pid status=0 end tick
  mkdir -p "$WORK/beside"
  # The hour is over at once, and there is no world; five minutes later there is; the next hour never ends.
  cat >"$WORK/beside/sleep" <<TEXT
#!/bin/sh
echo "\$1" >>"$rested"
case "\$(wc -l <"$rested")" in
  1) ;;
  2) [ ! -e "$told" ] && ln -s "$WORK/world" "$WORK/later" ;;
  *) exec tail --pid "\$PPID" -f /dev/null ;;
esac
TEXT
  chmod +x "$WORK/beside/sleep"
  : >"$rested"
  (VOXELHEIM_ENVIRONMENT="$TAG" VOXELHEIM_COPIED="$told" PATH="$WORK/beside:$PATH" \
    become after "$ROOT/ops/scripts/keep_world_copied.sh" here "$WORK/later" "$part" >"$WORK/said" 2>&1) &
  pid="$!"
  STARTED+=("$pid")
  until [ "$(wc -l <"$rested")" = 3 ]; do
    kill -0 "$pid" 2>/dev/null || die "a copy that failed ends what makes them: $(cat "$WORK/said")"
    read -r -t 0.1 <> <(:) || true
  done
  [ "$(sed -n 2p "$rested")" = 300 ] || die "a copy that failed is not tried again after five minutes: $(cat "$rested")"
  [ "$(sed '2d' "$rested" | awk '1 <= $1 && $1 <= 3600' | wc -l)" = 2 ] || die "copies are not made by the hour: $(cat "$rested")"
  [ -e "$told" ] || die "the shard is not told that a copy was made"
  [ "$("$BINARY" archive --objects "$OBJECTS" list "$kept" | wc -l)" = 1 ] || die "there is not one copy"
  grep -q "that copy is late" "$WORK/said" || die "nobody is told that it is of another tick than others"
  # As the kubelet asks it to end: at once, and well.
  kill "$pid"
  end=$((SECONDS + 20))
  while kill -0 "$pid" 2>/dev/null; do
    [ "$SECONDS" -lt "$end" ] || die "what copies does not end when it is told to"
    read -r -t 0.1 <> <(:) || true
  done
  wait "$pid" || status="$?"
  [ "$status" = 0 ] || die "what copies ends with $status when it is told to end"
  tick="$(sed -n 's/^that is .* as of tick \([0-9]*\)$/\1/p' "$WORK/said")"
  (VOXELHEIM_ENVIRONMENT="$TAG" become after "$ROOT/ops/scripts/restore_world.sh" here "$WORK/restored" "$part") |
    grep -q " as of tick $tick\.$" || die "a copy says that it is of another tick than it is"
  ticks "$tick" "$part" "$kept"
}

# ticks TICK PART KIND: that is told of a copy before it is restored, and one of another tick does not go with it.
ticks() {
  local id
  "$BINARY" checkpoint save --data "$WORK/world" >"$WORK/other"
  printf '\377' | dd of="$WORK/other" bs=1 seek=26 conv=notrunc status=none
  id="$(zstd --quiet <"$WORK/other" | age --encrypt --recipient "$(age-keygen -y "$WORK/identity")" |
    "$BINARY" archive --objects "$OBJECTS" put "$3-other")"
  [ "$(world_ticks "$2")" = "$2 $1" ] || die "it is not told of which tick a copy is"
  ! world_ticks "$2" "$2-other:$id" >"$WORK/said" 2>&1 || die "copies of two ticks are one world"
  grep -q "not of one tick" "$WORK/said" || die "it does not say why: $(cat "$WORK/said")"
}

world_ticks() { (VOXELHEIM_ENVIRONMENT="$TAG" become after "$ROOT/ops/scripts/world_ticks.sh" here "$@"); }

# --- what is not done ---

refusals() {
  local piece
  ! "$ROOT/ops/scripts/import_db_dump.sh" after "archive:databases/before:$DUMP_ID" 2>"$WORK/said" ||
    die "a dump went into databases that were not empty"
  grep -q "is not empty" "$WORK/said" || die "it does not say why: $(cat "$WORK/said")"
  ! "$ROOT/ops/scripts/restore_world.sh" before "$WORK/world" "$TAG" 2>"$WORK/said" ||
    die "a world was overwritten"
  sed -i "s|^VOXELHEIM_OBJECTS=.*|VOXELHEIM_OBJECTS=file://$WORK/objects|" "$WORK/after.env"
  "$ROOT/ops/scripts/create_db_dump.sh" after >/dev/null
  "$ROOT/ops/scripts/backup_world.sh" after "$WORK/world" "$TAG" >/dev/null
  "$ROOT/ops/scripts/prune_backups.sh" after "$TAG" 2>/dev/null || die "copies that are whole do not count"
  piece="$(find "$WORK/objects/worlds" -name 'piece-*' | head -1)"
  # Text stands there, whichever it is this time.
  printf '\0' | dd of="$piece" bs=1 seek=100 conv=notrunc status=none
  ! "$ROOT/ops/scripts/restore_world.sh" after "$WORK/elsewhere" "$TAG" 2>"$WORK/said" || die "a damaged copy was used"
  grep -q damaged "$WORK/said" || die "it does not say why: $(cat "$WORK/said")"
  ! "$ROOT/ops/scripts/prune_backups.sh" after "$TAG" 2>/dev/null || die "copies went though the newest is damaged"
}

main "$@"
