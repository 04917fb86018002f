#!/usr/bin/env bash
# Logs: real lines of running processes, as Docker keeps them, through Filebeat's parsers and the pipeline's own
# grammar into a sink that speaks `_bulk` and refuses what the index template does; and that setup.sh sends what it
# should. None of Elastic's programs is to be had from a registry, so their part is played by
# ops/validation/watching/{logs,logstash}.py, which take nothing that they do not know. Seconds.
# VOXELHEIM_BIN names the binary [target/debug/voxelheim].
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../dev/common.sh"
source "$ROOT/ops/validation/watching/tools.sh"

PLAY_SECONDS=5
FOLDER="$(mktemp -d)"
PROCESS=""
trap '[ -z "$PROCESS" ] || kill "$PROCESS" 2>/dev/null || true; rm -rf "$FOLDER"' EXIT

main() {
  cd "$ROOT"
  BINARY="$(realpath "${VOXELHEIM_BIN:-$TARGET/debug/voxelheim}")"
  [ -x "$BINARY" ] || die "no $BINARY: build it (cargo build -p voxelheim), or name another with VOXELHEIM_BIN"
  need_yaml
  need yamllint yamllint
  need curl curl
  yamllint --strict -d '{extends: relaxed, rules: {line-length: {max: 160}, document-start: disable}}' \
    ops/elk ops/grafana/provisioning
  export VOXELHEIM_LOG_FORMAT=json
  play
  say_last_words
  python3 ops/validation/watching/elastic_setup.py "$FOLDER"
  python3 ops/validation/watching/logs.py "edge=$FOLDER/edge" "shard-1=$FOLDER/shard" "auth=$FOLDER/auth"
}

# The one process and its players say what an edge does: the lines are the same.
play() {
  VOXELHEIM_LOG=debug "$BINARY" --listen 127.0.0.1:0 --data "$FOLDER/data" --soldiers 10 --edges 1 >"$FOLDER/out" 2>"$FOLDER/edge" &
  PROCESS=$!
  local url="" end=$((SECONDS + 60))
  until url="$(grep -o 'http://[0-9.:]*' "$FOLDER/out")"; do
    [ "$SECONDS" -lt "$end" ] || die "it does not start: $(tail -n 3 "$FOLDER/edge")"
    sleep 0.1
  done
  # Services come a moment after the battle.
  until curl --silent --fail --output /dev/null "$url/api/readyz"; do
    [ "$SECONDS" -lt "$end" ] || die "its services do not start"
    sleep 0.1
  done
  "$BINARY" bots --url "$url" --auth "$url/api/auth" --count 3 --seconds "$PLAY_SECONDS" >&2
  curl --silent --output /dev/null --output /dev/null "$url/api/nowhere" "$url/api/player/characters"
  kill "$PROCESS" && wait "$PROCESS" || true
  PROCESS=""
}

# What processes say as they end is no JSON: a flag that is wrong, a database that is not there, a panic. A panic is
# not to be had from a sound binary, so it is one of another program of the same compiler.
say_last_words() {
  "$BINARY" auth --listen 127.0.0.1:0 --database sqlite:///nowhere/accounts.db --cache memory: --master-key "$FOLDER/key" \
    --url http://127.0.0.1/auth --page-url http://127.0.0.1/ --mail "$FOLDER/mail" 2>"$FOLDER/auth" && die "it should have failed"
  printf '%s\n' '{"timestamp":"2026-01-02T03:04:05.678901Z","level":"INFO","fields":{"message":"before","tick":7},"target":"world"}' '' \
    "thread 'shard-0' (4242) panicked at engine/src/tick.rs:88:9:" 'a body is in two rows' \
    'note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace' \
    '{"timestamp":"2026-01-02T03:04:06.678901Z","level":"WARN","fields":{"message":"after","error":"x"},"target":"world"}' >"$FOLDER/shard"
}

main
