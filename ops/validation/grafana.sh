#!/usr/bin/env bash
# Boards against a running battle: every role a process of its own on real backends, bots that play, real exporters,
# and a real Prometheus that scrapes all of it as compose's would. Each expression of each board answers with data,
# and each name in rules and boards is told by somebody. Boards are what their source makes, and type-check against
# Grafana's own schema. One to two minutes.
# VOXELHEIM_BIN names the binary [target/debug/voxelheim].
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../dev/common.sh"
source "$ROOT/ops/validation/watching/tools.sh"
source "$ROOT/ops/validation/watching/battle.sh"

BOTS=45
PLAY_SECONDS=300
# Until there were two scrapes of everything, an evaluation after that, and counts that have risen: 40 s, and more on a
# busy machine.
WATCH_SECONDS_MAX=180

FOLDER="$(mktemp -d)"
trap end_battle EXIT

main() {
  cd "$ROOT"
  BINARY="$(realpath "${VOXELHEIM_BIN:-$TARGET/debug/voxelheim}")"
  [ -x "$BINARY" ] || die "no $BINARY: build it (cargo build -p voxelheim), or name another with VOXELHEIM_BIN"
  need_watchers
  python3 ops/grafana/build.py --check
  check_types
  say "a battle" && begin_battle
  # Watched from before they come, so that counts rise.
  say "watchers" && begin_watchers
  say "bots" && begin_bots "$BOTS" "$PLAY_SECONDS"
  local end=$((SECONDS + WATCH_SECONDS_MAX)) status=0
  until all_is_told >"$FOLDER/verdict"; do
    [ "$SECONDS" -lt "$end" ] || { status=1 && break; }
    sleep 5
  done
  cat "$FOLDER/verdict"
  [ "$status" = 0 ] && sees_annotations
}

# Says what is not, and a summary last.
all_is_told() {
  local url="http://127.0.0.1:${PORT_OF[prometheus]}" names boards status=0
  names="$(python3 ops/validation/watching/names.py "$url" ops/prometheus/absent_names.txt)" || status=1
  echo "$names"
  boards="$(boards_hold ops/grafana/boards/*.json)" || status=1
  echo "$boards"
  python3 ops/validation/watching/rules.py "$url" || status=1
  echo "$(tail -n 1 <<<"$boards"); $(tail -n 1 <<<"$names")"
  return "$status"
}

# One that Prometheus does not parse is a fault, which no panel would show.
sees_annotations() {
  sed 's/ALERTS{/ALERTS{{/' ops/grafana/boards/battle.json >"$FOLDER/odd.json"
  ! boards_hold "$FOLDER/odd.json" >"$FOLDER/seen" || die "a canary passed: an annotation that nobody understands"
  grep -q 'annotation Alerts' "$FOLDER/seen" || die "what is seen of an annotation is another fault: $(cat "$FOLDER/seen")"
}

boards_hold() { python3 ops/validation/watching/boards.py "http://127.0.0.1:${PORT_OF[prometheus]}" "$@"; }

need_watchers() {
  need_yaml
  need curl curl
  need psql postgresql-client
  need prometheus prometheus
  need prometheus-alertmanager prometheus-alertmanager
  need prometheus-blackbox-exporter prometheus-blackbox-exporter
  need prometheus-node-exporter prometheus-node-exporter
  need prometheus-postgres-exporter prometheus-postgres-exporter
  need prometheus-redis-exporter prometheus-redis-exporter
}

begin_watchers() {
  local name names=()
  choose_ports prometheus alertmanager blackbox node-exporter postgres-exporter directory-exporter redis-exporter
  run_beside blackbox prometheus-blackbox-exporter --config.file ops/prometheus/blackbox.yml --web.listen-address "$(here blackbox)"
  run_beside node-exporter prometheus-node-exporter --web.listen-address "$(here node-exporter)"
  run_beside redis-exporter prometheus-redis-exporter --redis.addr "${URL_OF[cache]}" --web.listen-address "$(here redis-exporter)"
  begin_exporter postgres accounts,game
  begin_exporter directory directory
  run_beside alertmanager prometheus-alertmanager --config.file ops/alertmanager/compose.yml --storage.path "$FOLDER/alertmanager" \
    --web.listen-address "$(here alertmanager)" --cluster.listen-address=
  for name in "${!PORT_OF[@]}"; do names+=("$name=${PORT_OF[$name]}"); done
  python3 ops/validation/watching/scrapes.py ops/prometheus "localhost=${PORT_OF[prometheus]}" "${names[@]}" >"$FOLDER/prometheus.yml"
  run_beside prometheus prometheus --config.file "$FOLDER/prometheus.yml" --storage.tsdb.path "$FOLDER/prometheus" \
    --web.listen-address "$(here prometheus)"
  wait_for "http://$(here prometheus)/-/ready"
}

# begin_exporter NAME DATABASES: as compose's NAME-exporter. It knows a URL by this scheme only.
begin_exporter() {
  local url="postgresql${URL_OF[postgres]#postgres}"
  DATA_SOURCE_NAME="${url%/*}/${2%,*}?sslmode=disable" run_beside "$1-exporter" prometheus-postgres-exporter \
    --auto-discover-databases --include-databases="$2" --extend.query-path ops/prometheus/postgres_queries.yml \
    --web.listen-address "$(here "$1-exporter")"
}

here() { echo "127.0.0.1:${PORT_OF[$1]}"; }

check_types() {
  need_node
  local modules="$CACHE/grafana-schema"
  if [ ! -e "$modules/.complete" ]; then
    note "installing @grafana/schema and typescript (npm)"
    mkdir -p "$modules"
    (cd "$modules" && twice npm install --silent --no-audit --no-fund --ignore-scripts --prefix . \
      @grafana/schema@12.2.0 typescript@5.9.3 >&2) || die "npm install @grafana/schema failed"
    touch "$modules/.complete"
  fi
  python3 ops/validation/watching/typed_boards.py "$modules" ops/grafana/boards/*.json
  (cd "$modules" && node_modules/.bin/tsc --project .) || die "a board is not what Grafana's schema says"
}

main
