#!/usr/bin/env bash
# Gives up old copies of an environment: of its databases the newest of 24 hours, 14 days and 8 weeks stay, of each
# world's part that of 24 hours and 7 days. Checks the newest of each first, and gives up nothing if it is damaged.
#   ops/scripts/prune_backups.sh ENV [NAME]...    NAMEs of worlds' parts; `pod` unless said
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

main() {
  [ $# -ge 1 ] || die "usage: $0 ENV [NAME]..."
  local name names
  enter "$1"
  require VOXELHEIM_OBJECTS
  shift
  names=("$@")
  [ $# -gt 0 ] || names=(pod)
  prune "databases/$ENVIRONMENT" --hours 24 --days 14 --weeks 8
  for name in "${names[@]}"; do
    prune "worlds/$ENVIRONMENT/$name" --hours 24 --days 7
  done
}

prune() {
  local name="$1" newest
  shift
  newest="$(voxelheim archive verify "$name")"
  say "$name: newest $newest"
  voxelheim archive prune "$name" "$@"
}

main "$@"
