#!/usr/bin/env bash
# A PostgreSQL for tests: on loopback, with a port and a data folder of its own, faster than durable.
#   ops/dev/postgres.sh          starts it unless it runs, and prints its URL
#   ops/dev/postgres.sh schema NAME   the same, with an empty schema of this name; prints the URL that uses it
#   ops/dev/postgres.sh stop     stops it; what it holds may be deleted at any time
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Not in $CACHE: as root the server runs as the user postgres, who may not enter root's home.
FOLDER="${VOXELHEIM_POSTGRES_DIR:-/var/tmp/voxelheim-postgres-$(id -u)}"
PORT="${VOXELHEIM_POSTGRES_PORT:-54329}"
# User, password and database alike.
NAME=voxelheim
URL="postgres://$NAME:$NAME@127.0.0.1:$PORT/$NAME"
LOCK_SECONDS_MAX=120

main() {
  need_postgres
  mkdir -p "$FOLDER"
  [ -O "$FOLDER" ] || [ "$(stat --format %U "$FOLDER")" = postgres ] || die "$FOLDER belongs to somebody else"
  [ "$(id -u)" != 0 ] || chown postgres: "$FOLDER"
  # Tests run side by side and each of them calls this. The server must not inherit the lock.
  exec 9>"$FOLDER/lock"
  flock --wait "$LOCK_SECONDS_MAX" 9 || die "another $0 has held $FOLDER/lock for $LOCK_SECONDS_MAX s"
  case "${1:-start}" in
    start)
      start
      echo "$URL"
      ;;
    schema)
      [[ "${2:-}" =~ ^[a-z0-9_]+$ ]] || die "usage: $0 schema NAME, of small letters, digits and _"
      start
      psql "$URL" --quiet --set ON_ERROR_STOP=1 <<<"SET client_min_messages = warning; DROP SCHEMA IF EXISTS $2 CASCADE; CREATE SCHEMA $2;"
      echo "$URL?options[search_path]=$2"
      ;;
    stop) ! is_running || server pg_ctl stop --silent --mode fast ;;
    *) die "usage: $0 [start|schema NAME|stop]" ;;
  esac
}

need_postgres() {
  have postgres && return
  find_postgres && return
  # Not a package of the server itself, so that it fits any release: it depends on the current one.
  need pg_ctlcluster postgresql
  find_postgres || die "no server in /usr/lib/postgresql. Install it, then run this again: apt-get install postgresql"
}

# Debian keeps the server's programs out of the way, by version.
find_postgres() {
  local newest
  newest="$(find /usr/lib/postgresql -path '*/bin/postgres' 2>/dev/null | sort --version-sort | tail -n 1)"
  [ -n "$newest" ] && PATH="$(dirname "$newest"):$PATH"
}

# Runs a program of PostgreSQL as the user that the server runs as; it refuses to be root.
server() {
  local program
  program="$(command -v "$1")"
  shift
  if [ "$(id -u)" = 0 ]; then set -- runuser --user postgres -- "$program" "$@"; else set -- "$program" "$@"; fi
  (cd / && PGDATA="$FOLDER/data" "$@" 9>&-)
}

is_running() { [ -d "$FOLDER/data" ] && server pg_ctl status >/dev/null 2>&1; }

start() {
  is_running || launch || { create && launch; } || {
    cat "$FOLDER/log" >&2 || true
    die "PostgreSQL did not start on port $PORT; choose another with VOXELHEIM_POSTGRES_PORT"
  }
  [ -e "$FOLDER/ready" ] || fill
}

# Fails without data, and with data of another version or of a machine that crashed.
launch() {
  [ -d "$FOLDER/data" ] &&
    server pg_ctl start --silent --wait --timeout 30 --log "$FOLDER/log" -o "-p $PORT" </dev/null >/dev/null 2>&1
}

create() {
  rm -rf "$FOLDER/data" "$FOLDER/ready"
  server initdb --username postgres --auth-local trust --auth-host scram-sha-256 --encoding UTF8 \
    --locale C.UTF-8 --no-sync >/dev/null
  cat <<TEXT | server tee --append "$FOLDER/data/postgresql.conf" >/dev/null
listen_addresses = '127.0.0.1'
unix_socket_directories = '$FOLDER'
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
TEXT
}

fill() {
  server psql --host "$FOLDER" --port "$PORT" --username postgres --quiet --set ON_ERROR_STOP=1 postgres <<SQL
SET client_min_messages = warning;
DROP DATABASE IF EXISTS $NAME;
DROP ROLE IF EXISTS $NAME;
CREATE ROLE $NAME LOGIN CREATEDB PASSWORD '$NAME';
CREATE DATABASE $NAME OWNER $NAME;
SQL
  touch "$FOLDER/ready"
}

main "$@"
