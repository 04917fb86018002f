#!/usr/bin/env bash
# Each environment's manifests: built by kustomize, strictly as the schemas of Kubernetes and of custom kinds say,
# within checkov's policies, and by our own rules in agreement with each other and with the binary.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
cd "$ROOT"

# Not ours: URLs with passwords are read from variables (CKV_K8S_35: as Secrets, by reference), and a limit on CPU
# only makes services slow (CKV_K8S_11; shards and edges have one).
SKIPPED=CKV_K8S_35,CKV_K8S_11

main() {
  local environment file binary=()
  need_kubectl
  ! has_binary || binary=("$BINARY")
  for environment in "${ENVIRONMENTS[@]}"; do
    file="$(render "$environment")"
    schemas "$file"
    rules ops/validation/manifest_rules.py "$environment" "$file" "${binary[@]}"
  done
  node ops/validation/custom_kinds.mjs "$(custom_schemas)" "$SCRATCH"/*.yaml
  restoring
  applying
  through_traefik
  checkov --framework kubernetes --skip-check "$SKIPPED" --directory "$SCRATCH"
  canaries "$SCRATCH/live.yaml"
  echo "${#ENVIRONMENTS[@]} environments, $(cat "$SCRATCH"/*.yaml | grep -c "^kind:") manifests"
}

# Strictly, of the kinds that Kubernetes knows; it only warns of others, which custom_kinds.mjs has.
schemas() {
  program kubernetes-validate==1.37.0 kubernetes-validate -k "$KUBERNETES_VERSION" --strict --quiet "$1" \
    >"$SCRATCH/schemas" 2>&1 || { cat "$SCRATCH/schemas"; return 1; }
}

# What is printed for a restore, with the image that live's copies are made by, in the namespace that live is.
restoring() {
  local what
  VOXELHEIM_TOOLS_IMAGE="$(grep -m 1 -o 'image: .*voxelheim-tools.*' "$SCRATCH/live.yaml" | cut -d ' ' -f 2)"
  export VOXELHEIM_TOOLS_IMAGE
  for what in databases pod-1; do
    ops/k8s/restore live "$what" 2026-01-01T000000000Z >"$SCRATCH/restore-$what.yaml"
    schemas "$SCRATCH/restore-$what.yaml"
    cat "$SCRATCH/live.yaml" "$SCRATCH/restore-$what.yaml" >"$SCRATCH/restoring"
    rules ops/validation/manifest_rules.py live "$SCRATCH/restoring"
  done
  rules ops/validation/backup_rules.py jobs "$SCRATCH/restoring"
  rules ops/validation/backup_rules.py steps "$SCRATCH/restoring" docs/disaster-recovery.md docs/operators.md \
    docs/runbooks/*.md
}

# Without Argo CD, too, each edge is there again before the next one goes: asked of a kubectl that only says what it was
# told.
applying() {
  local edge
  mkdir "$SCRATCH/bin"
  printf '#!/bin/sh\necho "$*"\n' >"$SCRATCH/bin/kubectl"
  chmod +x "$SCRATCH/bin/kubectl"
  PATH="$SCRATCH/bin:$PATH" ops/k8s/apply live | grep -oE '(voxelheim.io/|deployment/)edge[=-][0-9]+$' >"$SCRATCH/told"
  for edge in 101 102 103 104; do printf 'voxelheim.io/edge=%d\ndeployment/edge-%d\n' "$edge" "$edge"; done |
    diff - "$SCRATCH/told" || die "ops/k8s/apply does not bring one edge after the other"
}

# Where players cannot reach nodes: no edge has a port of theirs, and each has a route.
through_traefik() {
  local environment file
  for environment in "${ENVIRONMENTS[@]}"; do
    file="$(render_by_traefik "$environment")"
    schemas "$file"
    rules ops/validation/manifest_rules.py "$environment" "$file"
    ! grep -n 'NodePort' "$file" || die "$environment has ports of nodes beside Traefik's"
  done
  node ops/validation/custom_kinds.mjs "$(custom_schemas)" "$SCRATCH"/by-traefik/*.yaml
  sed 's/^  - quic-104$/  - quic-105/' "$file" >"$SCRATCH/no-route"
  must_fail "an edge without a route" rules ops/validation/manifest_rules.py live "$SCRATCH/no-route"
  rm -r "$SCRATCH/by-traefik"
}

# One fault for each of the checks above.
canaries() {
  local folder="$SCRATCH/canaries"
  mkdir "$folder"
  sed 's/terminationGracePeriodSeconds/terminationGraceSeconds/' "$1" >"$folder/field.yaml"
  must_fail "an unknown field" schemas "$folder/field.yaml"
  sed 's/stripPrefix:/stripPrefx:/' "$1" >"$folder/custom.yaml"
  must_fail "an unknown field of a custom kind" \
    node ops/validation/custom_kinds.mjs "$(custom_schemas)" "$folder/custom.yaml"
  sed 's/nodePort: 31102/nodePort: 31112/' "$1" >"$folder/port.yaml"
  must_fail "a UDP port that players are not told of" rules ops/validation/manifest_rules.py live "$folder/port.yaml"
  sed 's|--edge=http://status-102/|--edge=http://status-101/|' "$1" >"$folder/unseen.yaml"
  must_fail "an edge that staff's service does not ask" \
    rules ops/validation/manifest_rules.py live "$folder/unseen.yaml"
  sed 's/--pod=shards:7101/--pod=shards:9100/' "$1" >"$folder/world.yaml"
  must_fail "a port at which no shard answers operators" \
    rules ops/validation/manifest_rules.py live "$folder/world.yaml"
  sed 's|--environment=ptu=https://ptu|--environment=ptu=https://test|' "$1" >"$folder/environment.yaml"
  must_fail "another environment at a host that is not its" \
    rules ops/validation/manifest_rules.py live "$folder/environment.yaml"
  sed 's|--declared=/declared|--declared=/credentials|' "$1" >"$folder/declared.yaml"
  must_fail "a folder in which nothing is declared" rules ops/validation/manifest_rules.py live "$folder/declared.yaml"
  sed 's|value: 10.43.0.0/16|value: 0.0.0.0/0|' "$1" >"$folder/trust.yaml"
  must_fail "a world whose word is believed" rules ops/validation/manifest_rules.py live "$folder/trust.yaml"
  sed 's/sync-wave: "102"/sync-wave: "101"/' "$1" >"$folder/wave.yaml"
  must_fail "two edges that are replaced at the same time" \
    rules ops/validation/manifest_rules.py live "$folder/wave.yaml"
  sed 's/ignore-healthcheck: "true"/ignore-healthcheck: "false"/' "$1" >"$folder/awaited.yaml"
  must_fail "copies' keys that all else waits for" rules ops/validation/manifest_rules.py live "$folder/awaited.yaml"
  sed 's/type: NodePort/type: LoadBalancer/' "$1" >"$folder/balancers.yaml"
  must_fail "balancers that the quota does not let be" \
    rules ops/validation/manifest_rules.py live "$folder/balancers.yaml"
  sed -i 's/services.loadbalancers: "0"/services.loadbalancers: "4"/' "$folder/balancers.yaml"
  rules ops/validation/manifest_rules.py live "$folder/balancers.yaml"
  sed 's/--link-public/--link-outside/' "$1" >"$folder/flag.yaml"
  [ ! -x "$BINARY" ] || must_fail "a flag that the binary does not have" \
    rules ops/validation/manifest_rules.py live "$folder/flag.yaml" "$BINARY"
  sed 's/port: 5432$/port: 7432/' "$1" >"$folder/stores.yaml"
  must_fail "a port that no store's pod has" rules ops/validation/manifest_rules.py live "$folder/stores.yaml"
  canaries_of_copies "$1" "$folder"
}

# The same of the rules for what makes copies and brings them back.
canaries_of_copies() {
  local folder="$2"
  sed 's|^\( *\)- { name: VOXELHEIM_BACKUP_IDENTITY,.*|&\n\1- { name: VOXELHEIM_GAME, value: any }|' \
    "$SCRATCH/restoring" >"$folder/secret.yaml"
  must_fail "a world's Job with a database" rules ops/validation/manifest_rules.py live "$folder/secret.yaml"
  sed 's/"storage":"100Gi"/"storage":"20Gi"/' "$SCRATCH/restoring" >"$folder/small.yaml"
  must_fail "a restored world's disk that is not its shard's" \
    rules ops/validation/manifest_rules.py live "$folder/small.yaml"
  sed 's/,"storageClassName":"fast"//' "$SCRATCH/restoring" >"$folder/slow.yaml"
  must_fail "a restored world's disk of another class" rules ops/validation/manifest_rules.py live "$folder/slow.yaml"
  canaries_of_restores "$folder"
  awk '/^  name: objects$/ { found = 1 } found && /^      - admin$/ { found = 0; next } 1' "$1" >"$folder/archive.yaml"
  must_fail "staff's service that cannot reach the store of copies" \
    rules ops/validation/manifest_rules.py live "$folder/archive.yaml"
  sed 's/key: objects$/key: pruning/' "$1" >"$folder/pruning.yaml"
  must_fail "a key that deletes copies, for who makes them" \
    rules ops/validation/manifest_rules.py live "$folder/pruning.yaml"
  sed 's/key: reading$/key: objects/' "$1" >"$folder/reading.yaml"
  must_fail "a key that writes copies, for staff's service" \
    rules ops/validation/manifest_rules.py live "$folder/reading.yaml"
}

# Of where a world is restored, and of the steps around it.
canaries_of_restores() {
  local folder="$1" steps="$1/steps.md" field
  for field in nodeSelector tolerations; do
    sed "/^      $field: [[{]/d" "$SCRATCH/restoring" >"$folder/elsewhere.yaml"
    must_fail "a world restored where its shard may not run ($field)" \
      rules ops/validation/backup_rules.py jobs "$folder/elsewhere.yaml"
  done
  sed 's/keep_world_copied.sh/keep_world.sh/' "$SCRATCH/restoring" >"$folder/untried.yaml"
  must_fail "a script that nobody tried" rules ops/validation/backup_rules.py jobs "$folder/untried.yaml"
  sed 's|--all statefulset,deployment|statefulset/pod deployment --all|' docs/disaster-recovery.md >"$steps"
  must_fail "a step that kubectl refuses" rules ops/validation/backup_rules.py steps "$SCRATCH/restoring" "$steps"
  sed '/backup-prune.*true/d' docs/disaster-recovery.md >"$steps"
  must_fail "copies that are given up while others are restored" \
    rules ops/validation/backup_rules.py steps "$SCRATCH/restoring" "$steps"
  sed 's/psql game --command "SELECT/psql game --command "SELECT 1, /' docs/disaster-recovery.md >"$steps"
  must_fail "a game whose tables lie on one node" rules ops/validation/backup_rules.py steps "$SCRATCH/restoring" "$steps"
  sed '/psql directory/d' docs/disaster-recovery.md >"$steps"
  must_fail "a directory of before" rules ops/validation/backup_rules.py steps "$SCRATCH/restoring" "$steps"
  { cat docs/disaster-recovery.md && echo '    kubectl drain NODE --ignore-daemonsets'; } >"$steps"
  must_fail "a node that is not emptied" rules ops/validation/backup_rules.py steps "$SCRATCH/restoring" "$steps"
}

main "$@"
