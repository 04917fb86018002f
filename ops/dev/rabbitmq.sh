#!/usr/bin/env bash
# A RabbitMQ for tests: on loopback, a node of its own with its own ports and data folder.
#   ops/dev/rabbitmq.sh          starts it unless it runs, and prints its URL
#   ops/dev/rabbitmq.sh stop     stops it; what it holds may be deleted at any time
# Another port is VOXELHEIM_RABBITMQ_PORT; the node's own traffic takes the one after it. Erlang's port mapper
# serves all nodes of the machine, on port 14369, and outlives a stop.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/backend.sh"

PROGRAMS=/usr/lib/rabbitmq/bin
MAPPER_PORT=14369

main() {
  settle rabbitmq 15670
  URL="amqp://guest:guest@127.0.0.1:$PORT/%2f"
  serve "${1:-start}"
}

prepare() {
  have "$PROGRAMS/rabbitmq-server" || need "$PROGRAMS/rabbitmq-server" rabbitmq-server
}

# It says what it speaks to whoever speaks another version of AMQP.
is_running() {
  local reply=""
  { exec 8<>"/dev/tcp/127.0.0.1/$PORT"; } 2>/dev/null || return 1
  printf 'AMQP\0\0\0\0' >&8 2>/dev/null
  read -r -n 4 -t 1 reply <&8 || true
  exec 8>&-
  [ "$reply" = AMQP ]
}

launch() {
  configure
  # Its script becomes the server, whose number is that of the process.
  (as_rabbitmq "echo \$\$ >'$FOLDER/pid'; exec setsid $PROGRAMS/rabbitmq-server" \
    </dev/null >"$FOLDER/log" 2>&1 9>&- &)
}

configure() {
  mkdir -p "$FOLDER"/{data,logs,home}
  cat >"$FOLDER/rabbitmq.conf" <<TEXT
listeners.tcp.1 = 127.0.0.1:$PORT
vm_memory_high_watermark.absolute = 256MB
disk_free_limit.absolute = 50MB
TEXT
  echo '[].' >"$FOLDER/enabled_plugins"
  # Scheduler threads do not spin while they wait, for the machine is shared.
  cat >"$FOLDER/environment" <<TEXT
export HOME='$FOLDER/home' ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$MAPPER_PORT
export RABBITMQ_NODENAME=voxelheim-$PORT@localhost RABBITMQ_DIST_PORT=$((PORT + 1))
export RABBITMQ_MNESIA_BASE='$FOLDER/data' RABBITMQ_LOG_BASE='$FOLDER/logs' RABBITMQ_PID_FILE='$FOLDER/node'
export RABBITMQ_CONFIG_FILE='$FOLDER/rabbitmq' RABBITMQ_CONF_ENV_FILE=/dev/null
export RABBITMQ_ENABLED_PLUGINS_FILE='$FOLDER/enabled_plugins'
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none'
TEXT
  [ "$(id -u)" != 0 ] || chown -R rabbitmq: "$FOLDER"
}

# As the user that the package makes for it; it refuses nothing to root, but its port mapper stays behind.
as_rabbitmq() {
  local line=". '$FOLDER/environment'; $1"
  set -- env -i PATH="$PROGRAMS:/usr/sbin:/usr/bin:/sbin:/bin" bash -c "$line"
  if [ "$(id -u)" = 0 ]; then set -- runuser --user rabbitmq -- "$@"; fi
  (cd / && "$@")
}

main "$@"
