#!/usr/bin/env bash
# Builds everything and plays: the server runs in the foreground until Ctrl+C.
# Arguments go to the server as they are: ./dev play --soldiers 2000. Without any, accounts, belongings and the battle
# are kept in data/; with some, nothing is kept unless --data is among them, for a kept battle stays as it was begun.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/build.sh"

HOST=127.0.0.1
PORT=8080
START_SECONDS_MAX=60

main() {
  build_binary
  cd "$ROOT"
  case " $* " in
    *" --listen"* | *" --help "*) exec "$VOXELHEIM_BIN" "$@" ;;
  esac
  if listening; then
    die "port $PORT is taken. Stop what listens there, or choose another: ./dev play --listen $HOST:8081"
  fi
  invite $$ &
  [ $# -gt 0 ] || set -- --data "$ROOT/data"
  exec "$VOXELHEIM_BIN" --listen "$HOST:$PORT" "$@"
}

listening() { (exec 3<>"/dev/tcp/$HOST/$PORT") 2>/dev/null; }

# invite SERVER: prints the address once the server answers; silent when it ends before that.
invite() {
  local deadline=$((SECONDS + START_SECONDS_MAX))
  until listening; do
    kill -0 "$1" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ] || return 0
    sleep 0.2
  done
  printf '\n  ┌────────────────────────────────────────────┐\n'
  printf '  │  VoxelHeim is up: http://%s:%s    │\n' "$HOST" "$PORT"
  printf '  │  Open it in a browser. Ctrl+C ends it.     │\n'
  printf '  └────────────────────────────────────────────┘\n\n'
}

main "$@"
