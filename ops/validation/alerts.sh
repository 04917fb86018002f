#!/usr/bin/env bash
# Alerts: each fires and clears on written series (promtool), has a runbook whose commands the binary knows, and
# reaches the receiver that it should (amtool). Seconds.
# VOXELHEIM_BIN names the binary [target/debug/voxelheim]; without one the commands are not looked at.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../dev/common.sh"
source "$ROOT/ops/validation/watching/tools.sh"

FOLDER="$(mktemp -d)"
trap 'rm -rf "$FOLDER"' EXIT

main() {
  cd "$ROOT"
  need promtool prometheus
  need amtool prometheus-alertmanager
  need_yaml
  local binary="${VOXELHEIM_BIN:-$TARGET/debug/voxelheim}" routes verdict
  [ -x "$binary" ] || { note "no $binary: runbooks' commands are not looked at" && binary=""; }
  promtool test rules ops/prometheus/tests/*.yml
  # Debian's amtool is older than url_file, which is the same to routes.
  sed 's#url_file: .*/\([a-z]*\)_url#url: http://127.0.0.1/\1#' ops/alertmanager/alertmanager.yml >"$FOLDER/routes.yml"
  amtool check-config "$FOLDER/routes.yml"
  routes="$(check_routes)"
  python3 ops/validation/watching/deliveries.py ops/alertmanager/alertmanager.yml "$FOLDER"
  verdict="$(python3 ops/validation/watching/alerts.py ${binary:+"$binary"})" || { echo "$verdict"; return 1; }
  canaries
  echo "$verdict, $routes routes"
}

# A page that tells of a lost volume and not of the whole world's way back, in a copy of what is asked.
canaries() {
  local tree="$FOLDER/tree"
  mkdir -p "$tree/ops" "$tree/docs"
  cp -r ops/prometheus ops/k8s ops/validation "$tree/ops"
  cp -r docs/runbooks docs/disaster-recovery.md "$tree/docs"
  cp docker-compose.yml "$tree"
  python3 "$tree/ops/validation/watching/alerts.py" >/dev/null
  sed -i 's/#one-lost-volume//' "$tree/docs/runbooks/PodGone.md"
  ! python3 "$tree/ops/validation/watching/alerts.py" >"$FOLDER/canary" || die "a pod comes back alone, and nobody minds"
  grep -q '^PodGone.md has a pod without its volume' "$FOLDER/canary" || die "it is not said why: $(cat "$FOLDER/canary")"
}

# Each line of routes.txt: labels, then the receivers that an alert with these must reach.
check_routes() {
  local count=0 labels receivers
  while IFS=: read -r labels receivers; do
    # shellcheck disable=SC2086 # labels are words
    amtool config routes test --config.file "$FOLDER/routes.yml" \
      --verify.receivers "${receivers// /}" $labels >&2
    count=$((count + 1))
  done < <(grep -v '^#' ops/alertmanager/routes.txt)
  echo "$count"
}

main
