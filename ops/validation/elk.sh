#!/usr/bin/env bash
# Logs: real lines of running processes, as Docker and a node keep them, through Filebeat's parsers and the pipeline's
# own grammar into a sink that speaks `_bulk` and refuses what the index template does; that setup.sh sends what it
# should; and the cluster's manifests, strictly by Kubernetes' schemas and in agreement with what they mount. None of Elastic's programs is to be had from a registry, so their part is played by
# ops/validation/watching/{logs,logstash}.py, which take nothing that they do not know. Seconds.
# VOXELHEIM_BIN names the binary [target/debug/voxelheim].
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
source "$ROOT/ops/validation/watching/tools.sh"

PLAY_SECONDS=5
FOLDER="$SCRATCH"
PROCESS=""
trap '[ -z "$PROCESS" ] || kill "$PROCESS" 2>/dev/null || true; remove_scratch' EXIT
# Of Filebeat: it must be root and may ask the cluster's API (23, 38, 40); of all: Elastic's images by their versions,
# as compose has them, and their user's number (43, 15, 40).
SKIPPED=CKV_K8S_15,CKV_K8S_23,CKV_K8S_35,CKV_K8S_38,CKV_K8S_40,CKV_K8S_43,CKV_K8S_11

main() {
  cd "$ROOT"
  BINARY="$(realpath "$BINARY")"
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
  need_kubectl
  manifests
}

manifests() {
  local file="$FOLDER/elk.yaml"
  kubectl kustomize ops/elk >"$file"
  schemas "$file"
  checkov --framework kubernetes --skip-check "$SKIPPED" --file "$file"
  sed 's/tolerations:/toleration:/' "$file" >"$FOLDER/field.yaml"
  must_fail "an unknown field" schemas "$FOLDER/field.yaml"
  sed 's/containerPort: 5044/containerPort: 5045/' "$file" >"$FOLDER/port.yaml"
  must_fail "a port that Logstash does not open" python3 ops/validation/watching/log_pods.py "$FOLDER/port.yaml"
  sed 's/ELASTICSEARCH_PASSWORD/ELASTIC_PASSWORD/' "$file" >"$FOLDER/variable.yaml"
  must_fail "a variable that nobody reads" python3 ops/validation/watching/log_pods.py "$FOLDER/variable.yaml"
  python3 ops/validation/watching/log_pods.py "$file"
}

schemas() {
  program kubernetes-validate==1.37.0 kubernetes-validate -k "$KUBERNETES_VERSION" --strict --quiet "$1"
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
