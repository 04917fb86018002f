#!/usr/bin/env bash
# Prometheus' configuration by promtool: of compose, of a cluster, of one process; rules, whose jobs a cluster has; the
# prober. The broker, the page and each process of a rendered overlay are found once, and missed
# when it has no pod; the exporters' manifests are what Kubernetes' schemas say.
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
  ENVIRONMENT=dev NAMESPACE=voxelheim-dev HOST=dev.example.org envsubst "\$ENVIRONMENT \$NAMESPACE \$HOST" \
    <ops/prometheus/kubernetes.yml >"$FOLDER/kubernetes.yml"
  check_config kubernetes "$FOLDER/kubernetes.yml"
  check_jobs
  check_found
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

# A rule whose job a cluster has not never fires there, whatever its own test says.
check_jobs() {
  jobs "$FOLDER/kubernetes.yml"
  sed 's/job_name: rabbitmq$/job_name: broker/' "$FOLDER/kubernetes.yml" >"$FOLDER/job.yml"
  must_fail "a job that rules name and nobody has" jobs "$FOLDER/job.yml"
  sed 's/job_name: page$/job_name: website/' "$FOLDER/kubernetes.yml" >"$FOLDER/job.yml"
  must_fail "a job that tells what rules speak of, and nobody has" jobs "$FOLDER/job.yml"
}

jobs() { python3 ops/validation/watching/jobs.py "$1" ops/prometheus/rules/*.yml; }

# What is no process of ours, as its operator and its name make it.
check_found() {
  local file="$FOLDER/odd.yml"
  is_found kubernetes rabbitmq '["rabbitmq rabbitmq-server-0"]'
  is_found kubernetes rabbitmq-queues '["rabbitmq-queues rabbitmq-server-0"]'
  is_found kubernetes page '["page dev.example.org"]'
  sed 's/regex: prometheus,/regex: metrics,/' "$FOLDER/kubernetes.yml" >"$file"
  check_config odd "$file"
  must_fail "a port that the broker has not" is_found odd rabbitmq '["rabbitmq rabbitmq-server-0"]'
  sed 's/role: endpoints/role: ingress/' "$FOLDER/kubernetes.yml" >"$file"
  must_fail "a discovery of what there is none of" python3 ops/validation/watching/discovery.py "$file" "$FOLDER/odd"
}

# is_found FOLDER JOB TARGETS: whether these and no others are.
is_found() {
  local found
  found="$(found_by "$1" "$2")"
  [ "$found" = "$3" ] || { note "$2 finds $found, not $3" && return 1; }
}

# found_by FOLDER JOB: the targets that are left of it.
found_by() {
  (cd "$FOLDER/$1" && promtool check service-discovery --timeout 5s prometheus.yml "$2") |
    python3 ops/validation/watching/found_pods.py
}

# The processes of an environment are several folders, applied one after the other.
check_pods() {
  local part folder="$FOLDER/pods" expected found
  mkdir -p "$folder"
  for part in shard edge services admin migrate; do
    kubectl kustomize "ops/k8s/overlays/live/$part" >"$folder/$part.yml"
  done
  expected="$(python3 ops/validation/watching/discovery.py "$FOLDER/kubernetes.yml" "$folder" "$folder"/*.yml)"
  found="$(found_by pods voxelheim)"
  [ "$expected" = "$found" ] || die "pods are $expected; found is $found"
  note "found: $found"
  check_replicas "$folder"/{shard,edge,services,admin}.yml
}

# What has no pod to be found is missed by its name, so names in rules are those of manifests.
check_replicas() {
  local rules=ops/prometheus/rules/machines.yml
  missed "$rules" "$@"
  sed 's/pod|rabbitmq-server/shard|rabbitmq-server/g' "$rules" >"$FOLDER/odd_rules.yml"
  must_fail "shards of another name than theirs" missed "$FOLDER/odd_rules.yml" "$@"
  sed 's/edge-\.+/edges-.+/g' "$rules" >"$FOLDER/odd_rules.yml"
  must_fail "edges of another name than theirs" missed "$FOLDER/odd_rules.yml" "$@"
}

missed() {
  python3 ops/validation/watching/replicas.py "$@" >"$FOLDER/replicas.yml"
  promtool test rules "$FOLDER/replicas.yml"
}

check_exporters() {
  kubectl kustomize ops/prometheus >"$FOLDER/exporters.yml"
  program kubernetes-validate==1.37.0 kubernetes-validate -k "$KUBERNETES_VERSION" --strict --quiet "$FOLDER/exporters.yml"
}

main
