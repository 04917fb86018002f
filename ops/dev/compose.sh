#!/usr/bin/env bash
# The compose file at the root: what it needs of this machine, and whether it is right.
#   ops/dev/compose.sh env      writes .env with passwords drawn for this machine, unless it is there
#   ops/dev/compose.sh check    checks the file by docker compose itself, and, where VOXELHEIM_BIN names the
#                               binary, that this has the roles and flags; no engine is needed
#   ops/dev/compose.sh alone    prints what compose makes of the file, as JSON
#   ops/dev/compose.sh public   the same of the file with ops/compose/public.yml beside it
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

PASSWORDS=(DIRECTORY_PASSWORD POSTGRES_PASSWORD CACHE_PASSWORD BROKER_PASSWORD WAREHOUSE_PASSWORD OBJECTS_PASSWORD
  GRAFANA_PASSWORD ELASTIC_PASSWORD KIBANA_PASSWORD)
# Of the file's profiles, what is started unless somebody says otherwise; `game` brings `backends`.
PROFILES=game

main() {
  cd "$ROOT"
  case "${1:-}" in
    env) write_env .env ;;
    check) check ;;
    alone) rendered docker-compose.yml ;;
    public)
      rendered docker-compose.yml ops/compose/public.yml VOXELHEIM_HOST=play.example.org VOXELHEIM_BIND=0.0.0.0 \
        VOXELHEIM_URL=https://play.example.org/ VOXELHEIM_CERTIFICATES_MAIL=you@example.org
      ;;
    *) die "usage: $0 env|check|alone|public" ;;
  esac
}

write_env() {
  local file="$1" name
  if [ -e "$file" ]; then
    note "$file is there already"
    return
  fi
  umask 077
  {
    printf 'COMPOSE_PROFILES=%s\n' "$PROFILES"
    for name in "${PASSWORDS[@]}"; do
      # Hexadecimal, for some of them go into URLs.
      printf '%s=%s\n' "$name" "$(od -An -N 16 -tx1 /dev/urandom | tr -d ' \n')"
    done
  } >"$file"
  note "wrote $file"
}

check() {
  local folder rendered
  find_compose
  folder="$(mktemp -d)"
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '$folder'" EXIT
  write_env "$folder/env"
  rendered="$folder/rendered.json"
  # Whoever builds may say which commit it is.
  export REVISION=any
  "${COMPOSE[@]}" --env-file "$folder/env" --profile '*' config --format json >"$rendered" ||
    die "docker-compose.yml is not right"
  check_profiles "$folder/env"
  need python3 python3
  python3 ops/dev/compose_rules.py "$rendered" ${VOXELHEIM_BIN:+"$VOXELHEIM_BIN"}
  # The same where copies are made.
  printf 'VOXELHEIM_BACKUP_RECIPIENT=age1any\n' >>"$folder/env"
  "${COMPOSE[@]}" --env-file "$folder/env" --profile '*' config --format json >"$rendered"
  python3 ops/dev/compose_rules.py "$rendered" ${VOXELHEIM_BIN:+"$VOXELHEIM_BIN"}
}

# rendered FILE... NAME=VALUE...: of a server of nobody's, with passwords of its own.
rendered() {
  local folder it files=()
  find_compose
  folder="$(mktemp -d)"
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '$folder'" EXIT
  write_env "$folder/env"
  for it in "$@"; do
    case "$it" in *=*) echo "$it" >>"$folder/env" ;; *) files+=(--file "$it") ;; esac
  done
  # Whoever builds may say which commit it is.
  REVISION=any "${COMPOSE[@]}" "${files[@]}" --env-file "$folder/env" --profile '*' config --format json
}

# Each can be started by itself, and none without passwords of its own.
check_profiles() {
  local profile
  for profile in backends game backup restore observability; do
    "${COMPOSE[@]}" --env-file "$1" --profile "$profile" config --quiet || die "profile $profile is not whole"
    if "${COMPOSE[@]}" --env-file /dev/null --profile "$profile" config --quiet 2>/dev/null; then
      die "profile $profile starts without passwords of its own"
    fi
  done
}

# Whatever is installed, else the plugin out of Debian's package: it needs no engine to check a file. The
# release of this machine has one too old, so it comes from the next.
find_compose() {
  if docker compose version >/dev/null 2>&1; then
    COMPOSE=(docker compose)
    return
  fi
  local plugin="$CACHE/docker-compose/usr/libexec/docker/cli-plugins/docker-compose"
  [ -x "$plugin" ] || download_compose
  COMPOSE=("$plugin")
}

download_compose() {
  local folder="$CACHE/docker-compose" site
  can_install || die "docker compose is missing. Install it, then run this again"
  note "downloading docker compose (apt)"
  rm -rf "$folder"
  mkdir -p "$folder/lists/partial" "$folder/archives/partial"
  apt_refresh
  site="$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' 'Created-By: Packages' | head -n 1)"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$site" >"$folder/sources.list"
  local options=(-o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder" -o APT::Sandbox::User=root)
  (cd "$folder" && twice apt-get "${options[@]}" -qq update && twice apt-get "${options[@]}" -qq download docker-compose) \
    >"$APT_LOG" 2>&1 || { cat "$APT_LOG" >&2; die "docker compose could not be downloaded"; }
  dpkg-deb --extract "$folder"/docker-compose_*.deb "$folder"
  rm -rf "$folder/lists" "$folder/archives" "$folder"/*.deb
}

main "$@"
