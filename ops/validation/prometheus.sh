#!/usr/bin/env bash
# Prometheus' configuration by promtool: of compose, of a cluster, of one process; rules; the prober. Each process of
# a rendered overlay is found once, under its role, and the exporters' manifests are what Kubernetes' schemas say.
# Seconds; nothing is scraped here, that is grafana.sh.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
source "$ROOT/ops/validation/watching/tools.sh"

FOLDER="$SCRATCH"

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
  need_kubectl
  check_pods
  check_exporters
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
  mkdir -p "$folder"
  for part in shard edge services admin migrate; do
    kubectl kustomize "ops/k8s/overlays/live/$part" >"$folder/$part.yml"
  done
  expected="$(python3 ops/validation/watching/discovery.py "$FOLDER/kubernetes.yml" "$folder" "$folder"/*.yml)"
  found="$(cd "$folder" && promtool check service-discovery --timeout 5s prometheus.yml voxelheim |
    python3 "$ROOT/ops/validation/watching/found_pods.py")"
  [ "$expected" = "$found" ] || die "pods are $expected; found is $found"
  note "found: $found"
}

check_exporters() {
  kubectl kustomize ops/prometheus >"$FOLDER/exporters.yml"
  program kubernetes-validate==1.37.0 kubernetes-validate -k "$KUBERNETES_VERSION" --strict --quiet "$FOLDER/exporters.yml"
}

main
