# shellcheck shell=bash
# A running battle to watch: every role a process of its own, on real backends, all on loopback, with bots in it.
# Sourced after common.sh. Expects FOLDER, which keeps data, logs and process numbers, and BINARY.
#   begin_battle     starts all; then PORT_OF[NAME] is where each answers. `one` is the one process with everything,
#                    with a world of its own
#   begin_bots N S   lets N play for S seconds, beside; one comes each second, as a guest of auth
#   end_battle       ends all that was started here

declare -A PORT_OF
declare -A URL_OF
PROCESSES=()
# Some of them at once on a machine that has other work.
START_SECONDS_MAX=90

# Backends of its own: nobody else's tests stop them in between.
begin_backends() {
  local ports
  mapfile -t ports < <(free_ports 6)
  URL_OF[postgres]="$(VOXELHEIM_POSTGRES_DIR="$(backend_folder postgres)" VOXELHEIM_POSTGRES_PORT="${ports[0]}" ops/dev/postgres.sh)"
  URL_OF[cache]="$(VOXELHEIM_REDIS_DIR="$(backend_folder redis)" VOXELHEIM_REDIS_PORT="${ports[1]}" ops/dev/redis.sh)"
  URL_OF[broker]="$(VOXELHEIM_RABBITMQ_DIR="$(backend_folder rabbitmq)" VOXELHEIM_RABBITMQ_PORT="${ports[2]}" ops/dev/rabbitmq.sh)"
  URL_OF[warehouse]="$(VOXELHEIM_CLICKHOUSE_DIR="$(backend_folder clickhouse)" VOXELHEIM_CLICKHOUSE_PORT="${ports[4]}" ops/dev/clickhouse.sh)"
  PORT_OF[rabbitmq]="${ports[5]}"
  tell_of_broker "${ports[5]}"
  local name
  for name in directory accounts game; do
    psql --quiet "${URL_OF[postgres]}" --command "CREATE DATABASE $name"
  done
}

# Not in FOLDER: PostgreSQL and RabbitMQ run as users who may not enter a folder of root's.
backend_folder() { echo "/var/tmp/voxelheim-watched-$(basename "$FOLDER")-$1"; }

# RabbitMQ tells its metrics by a plugin, which its tests do without.
tell_of_broker() {
  local line
  line=". '$(backend_folder rabbitmq)/environment'; cd /
    rabbitmqctl --quiet eval 'application:set_env(rabbitmq_prometheus, tcp_config, [{ip, \"127.0.0.1\"}, {port, $1}]).'
    rabbitmq-plugins --quiet enable rabbitmq_prometheus"
  local call=(env -i PATH="/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin:/sbin:/bin" bash -c "$line")
  if [ "$(id -u)" = 0 ]; then call=(runuser --user rabbitmq -- "${call[@]}"); fi
  (cd / && "${call[@]}") >&2
}

begin_battle() {
  local postgres role
  begin_backends
  postgres="${URL_OF[postgres]%/*}"
  export VOXELHEIM_LOG=info VOXELHEIM_LOG_FORMAT=json
  export VOXELHEIM_DIRECTORY="$postgres/directory" VOXELHEIM_ACCOUNTS_DATABASE="$postgres/accounts"
  export VOXELHEIM_GAME="$postgres/game" VOXELHEIM_CACHE="${URL_OF[cache]}" VOXELHEIM_BROKER="${URL_OF[broker]}"
  export VOXELHEIM_WAREHOUSE="${URL_OF[warehouse]}"
  "$BINARY" migrate >&2
  choose_ports auth player inventory chat analytics assets shard-1 shard-2 edge one
  export VOXELHEIM_KEYS="http://127.0.0.1:${PORT_OF[auth]}/auth"
  mkdir -p "$FOLDER/edge" "$FOLDER/logs"
  begin auth auth --listen "127.0.0.1:${PORT_OF[auth]}" --url "$VOXELHEIM_KEYS" \
    --page-url "http://127.0.0.1:${PORT_OF[edge]}/" --master-key "$FOLDER/accounts_key" --mail "$FOLDER/mail"
  for role in player inventory chat; do
    begin "$role" "$role" --listen "127.0.0.1:${PORT_OF[$role]}"
  done
  begin analytics analytics --listen "127.0.0.1:${PORT_OF[analytics]}" --key "$FOLDER/analytics_key"
  begin assets assets --listen "127.0.0.1:${PORT_OF[assets]}"
  begin_shard 1 --soldiers 50
  wait_for "http://127.0.0.1:${PORT_OF[shard-1]}/healthz"
  begin_shard 2
  begin edge edge --pod 11 --listen "127.0.0.1:${PORT_OF[edge]}" --link 127.0.0.1:0 --authority "$FOLDER/authority" \
    --data "$FOLDER/edge" --accounts open
  # It has its backends within itself.
  run_beside one env --unset=VOXELHEIM_DIRECTORY --unset=VOXELHEIM_GAME --unset=VOXELHEIM_CACHE --unset=VOXELHEIM_BROKER \
    --unset=VOXELHEIM_WAREHOUSE --unset=VOXELHEIM_KEYS --unset=VOXELHEIM_ACCOUNTS_DATABASE \
    "$BINARY" --listen "127.0.0.1:${PORT_OF[one]}" --data "$FOLDER/one" --soldiers 20 --edges 1
  wait_for "http://127.0.0.1:${PORT_OF[shard-2]}/healthz"
  wait_for "http://127.0.0.1:${PORT_OF[edge]}/healthz"
  wait_for "http://127.0.0.1:${PORT_OF[one]}/healthz"
  for role in auth player inventory chat analytics assets; do
    wait_for "http://127.0.0.1:${PORT_OF[$role]}/readyz"
  done
}

begin_shard() {
  local number="$1"
  shift
  begin "shard-$number" shard --pod "$number" --data "$FOLDER/shard-$number" --link 127.0.0.1:0 \
    --authority "$FOLDER/authority" --status "127.0.0.1:${PORT_OF[shard-$number]}" --copied "$FOLDER/copied-$number" "$@"
}

begin_bots() {
  run_beside bots "$BINARY" bots --url "http://127.0.0.1:${PORT_OF[edge]}" --auth "$VOXELHEIM_KEYS" --count "$1" \
    --joins-per-second 1 --seconds "$2" --json
}

# begin NAME ARGUMENTS...: the binary, in the background, started again when it ends, as compose and clusters do: on
# a busy machine a lease may be lost. Its log is FOLDER/logs/NAME.
begin() {
  local name="$1"
  shift
  run_beside "$name" keep_running "$BINARY" "$@"
}

# Until it is told to stop.
keep_running() {
  local child=""
  trap 'kill "$child" 2>/dev/null; wait "$child"; exit 0' TERM
  while true; do
    "$@" &
    child=$!
    wait "$child" || true
    sleep 0.5
  done
}

# run_beside NAME PROGRAM...: any program; it is ended with the rest.
run_beside() {
  local name="$1"
  shift
  "$@" >"$FOLDER/logs/$name.out" 2>"$FOLDER/logs/$name" &
  PROCESSES+=("$!")
}

choose_ports() {
  local name ports
  mapfile -t ports < <(free_ports $#)
  for name in "$@"; do
    PORT_OF[$name]="${ports[0]}"
    ports=("${ports[@]:1}")
  done
}

# Ports below those that outgoing connections take by chance.
free_ports() {
  python3 - "$1" <<'PYTHON'
import random, socket, sys
found = []
while len(found) < int(sys.argv[1]):
    port = random.randrange(20_000, 32_000)
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
            found.append(port)
        except OSError:
            pass
print(*found, sep="\n")
PYTHON
}

# wait_for URL: until it answers 200.
wait_for() {
  local end=$((SECONDS + START_SECONDS_MAX))
  until curl --silent --fail --max-time 2 --output /dev/null "$1"; do
    if [ "$SECONDS" -ge "$end" ]; then
      tail -n 3 "$FOLDER"/logs/* >&2
      die "$1 does not answer"
    fi
    sleep 0.2
  done
}

end_battle() {
  local process
  for process in "${PROCESSES[@]}"; do kill "$process" 2>/dev/null || true; done
  for process in "${PROCESSES[@]}"; do wait "$process" 2>/dev/null || true; done
  VOXELHEIM_POSTGRES_DIR="$(backend_folder postgres)" ops/dev/postgres.sh stop || true
  for process in redis rabbitmq clickhouse; do
    env "VOXELHEIM_${process^^}_DIR=$(backend_folder "$process")" "ops/dev/$process.sh" stop || true
  done
  rm -rf "$FOLDER" /var/tmp/voxelheim-watched-"$(basename "$FOLDER")"-*
}
