#!/usr/bin/env bash
# What Argo CD is pointed to: kinds as their schemas say, paths and parts that are there, rights for the kinds that our
# manifests have and no others, a promotion that moves what was tried, and staff who are told of it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
cd "$ROOT"

main() {
  local environment
  need_kubectl
  for environment in "${ENVIRONMENTS[@]}"; do render "$environment" >/dev/null; done
  kubectl kustomize argocd/environments >"$SCRATCH/declared.yaml"
  node ops/validation/custom_kinds.mjs "$(custom_schemas)" argocd/root.yaml argocd/projects/*.yaml argocd/applicationsets/*.yaml
  rules ops/validation/argocd_rules.py "$SCRATCH"
  promotion
  canaries
  echo "projects, sets and pointers of ${#ENVIRONMENTS[@]} environments"
}

# In a copy whose releases are made up: test takes one, ptu and live take test's, live goes back.
promotion() {
  local copy="$SCRATCH/copy" first second
  mkdir -p "$copy/ops/k8s"
  cp -r argocd "$copy"
  cp -r ops/k8s/components ops/k8s/release "$copy/ops/k8s"
  cd "$copy"
  sed -i 's/^revision\(_before\)\{0,1\}: .*/revision\1: none/' argocd/environments/{test,ptu,live}.yaml
  git init --quiet .
  must_fail "a revision without an image" argocd/promote test "$(commit none)"
  release a
  first="$(commit first)"
  release b
  second="$(commit second)"
  must_fail "live before ptu" argocd/promote live
  argocd/promote test "$first" && argocd/promote ptu && argocd/promote live
  argocd/promote test "$second" && argocd/promote ptu && argocd/promote live
  grep -q "^revision: $second$" argocd/environments/live.yaml
  kubectl kustomize argocd/environments | grep -q "^ *revision: $second$" || die "a promotion does not reach staff's service"
  argocd/promote live --back
  grep -q "^revision: $first$" argocd/environments/live.yaml
  must_fail "dev does not follow every merge" argocd/promote dev "$first"
  cd "$ROOT"
}

commit() {
  git add . && git -c user.name=validate -c user.email=validate@localhost commit --quiet --message "$1" && git rev-parse HEAD
}

canaries() {
  local tree="$SCRATCH/tree"
  mkdir -p "$tree/ops"
  cp -r ops/k8s ops/validation "$tree/ops"
  damaged "an environment that waits for another" environments/live.yaml 's/^rollout: live/rollout: ptu/'
  damaged "a set that is not as the other one" applicationsets/live.yaml 's/limit: 3/limit: 4/'
  damaged "a set that overrules who stops it" applicationsets/playground.yaml '/^  ignoreApplicationDifferences:/d'
  sed 's/selfHeal: true/selfHeals: true/' argocd/applicationsets/playground.yaml >"$SCRATCH/set.yaml"
  must_fail "an unknown field" node ops/validation/custom_kinds.mjs "$(custom_schemas)" "$SCRATCH/set.yaml"
  sed -i '/^  test.yaml:/,/^kind:/{/^kind:/!d}' "$SCRATCH/declared.yaml"
  must_fail "an environment that staff are not told of" rules ops/validation/argocd_rules.py "$SCRATCH"
}

# damaged WHAT FILE SED: the rules do not pass a copy of which this file is damaged.
damaged() {
  rm -rf "$tree/argocd"
  cp -r argocd "$tree"
  rules "$tree/ops/validation/argocd_rules.py" "$SCRATCH"
  sed -i "$3" "$tree/argocd/$2"
  must_fail "$1" rules "$tree/ops/validation/argocd_rules.py" "$SCRATCH"
}

# release LETTER: as if both images had been made, with a digest of this letter.
release() {
  local digest
  digest="sha256:$(printf "$1%.0s" {1..64})"
  ops/k8s/release "registry.example.org/voxelheim@$digest" "registry.example.org/voxelheim-tools@$digest"
}

main "$@"
