#!/usr/bin/env bash
# Prometheus' configuration by promtool: of compose and of a cluster, rules, prober; and that each process of a
# rendered overlay, where ops/k8s is, is found once, under its role. Seconds; nothing is scraped here, that is
# grafana.sh.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../dev/common.sh"
source "$ROOT/ops/validation/watching/tools.sh"

FOLDER="$(mktemp -d)"
trap 'rm -rf "$FOLDER"' EXIT

main() {
  cd "$ROOT"
  need promtool prometheus
  need prometheus-blackbox-exporter prometheus-blackbox-exporter
  need envsubst gettext-base
  need_yaml
  promtool check rules ops/prometheus/rules/*.yml
  prometheus-blackbox-exporter --config.file ops/prometheus/blackbox.yml --config.check
  check_config compose ops/prometheus/compose.yml
  check_config one ops/prometheus/one.yml
  ENVIRONMENT=dev NAMESPACE=voxelheim-dev envsubst "\$ENVIRONMENT \$NAMESPACE" \
    <ops/prometheus/kubernetes.yml >"$FOLDER/kubernetes.yml"
  check_config kubernetes "$FOLDER/kubernetes.yml"
  if [ -d ops/k8s/overlays ]; then check_pods; else note "no ops/k8s/overlays: whether its pods are found is not known"; fi
  echo "configurations of compose, Kubernetes and one process, $(cat ops/prometheus/rules/*.yml | grep -cE '^ +- (alert|record):') rules"
}

check_config() {
  local folder="$FOLDER/$1"
  mkdir -p "$folder"
  python3 ops/validation/watching/discovery.py "$2" "$folder" >/dev/null
  promtool check config --syntax-only "$folder/prometheus.yml"
}

# The processes of an environment are several folders, applied one after the other.
check_pods() {
  local part folder="$FOLDER/pods" expected found
  need kubectl kubectl
  mkdir -p "$folder"
  for part in shard edge services migrate; do
    kubectl kustomize "ops/k8s/overlays/live/$part" >"$folder/$part.yml"
  done
  expected="$(python3 ops/validation/watching/discovery.py "$FOLDER/kubernetes.yml" "$folder" "$folder"/*.yml)"
  found="$(cd "$folder" && promtool check service-discovery --timeout 5s prometheus.yml voxelheim |
    python3 "$ROOT/ops/validation/watching/found_pods.py")"
  [ "$expected" = "$found" ] || die "pods are $expected; found is $found"
  note "found: $found"
}

main
