# shellcheck shell=bash
# Shared by the scripts beside it: which environment is meant, and how its copies are sealed. Sourced, never run.
# Expects `set -euo pipefail` in the script that sources it.
#
# An environment is a file of variables, ENV.env in $VOXELHEIM_ENVIRONMENTS (~/.config/voxelheim unless said), which
# no repository holds; `here` means the variables that the script was started with, as in a CronJob, and with them
# VOXELHEIM_ENVIRONMENT, which names the copies:
#   VOXELHEIM_ACCOUNTS_DATABASE, VOXELHEIM_GAME   postgres://USER:PASSWORD@HOST:PORT/DATABASE
#   VOXELHEIM_WAREHOUSE                           http://USER:PASSWORD@HOST:PORT/DATABASE
#   VOXELHEIM_DIRECTORY                           the same as the first; only for the drill of a world of several processes
#   VOXELHEIM_OBJECTS                             where copies are kept, see `voxelheim archive --help`
#   VOXELHEIM_BACKUP_RECIPIENT                    age1...: whom copies are sealed for; enough to make them
#   VOXELHEIM_BACKUP_IDENTITY                     the file of the key that opens them; only to restore
#   VOXELHEIM_BINARY                              the program, if not `voxelheim` on the path

# The table that a database has while a restore into it is under way.
RESTORE_BEGUN=restore_begun

say() { printf '%s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || die "'$program' is missing: install it first"
  done
}

# enter ENV: its variables are set afterwards.
enter() {
  local name="$1" file
  [[ "$name" =~ ^[a-z0-9-]+$ ]] || die "an environment is a word like dev, test, ptu or live, not '$name'"
  # shellcheck disable=SC2034 # used by the scripts that source this
  ENVIRONMENT="$name"
  if [ "$name" = here ]; then
    require VOXELHEIM_ENVIRONMENT
    # shellcheck disable=SC2034 # as above
    ENVIRONMENT="$VOXELHEIM_ENVIRONMENT"
    return
  fi
  file="${VOXELHEIM_ENVIRONMENTS:-$HOME/.config/voxelheim}/$name.env"
  [ -r "$file" ] || die "no environment $name: $file is not there (its variables: see ${BASH_SOURCE[0]})"
  set -a
  # shellcheck disable=SC1090 # named by the operator
  source "$file"
  set +a
}

# require NAME...: variables that have to be set.
require() {
  local name
  for name in "$@"; do
    [ -n "${!name:-}" ] || die "$name is not set in this environment"
  done
}

# refuse_sqlite: what one server keeps in files is copied otherwise.
refuse_sqlite() {
  local name
  for name in VOXELHEIM_ACCOUNTS_DATABASE VOXELHEIM_GAME VOXELHEIM_WAREHOUSE; do
    [[ "${!name:-}" != sqlite:* ]] ||
      die "$name is a file of SQLite, see 'One server without containers' in docs/disaster-recovery.md"
  done
}

# require_file WHAT FILE: it is there and can be read.
require_file() {
  [ -e "$2" ] || die "$1 $2 is not there"
  [ -r "$2" ] && [ ! -d "$2" ] || die "$1 $2 is no file that can be read"
}

# require_identity: copies can be opened. Said before anything else is done.
require_identity() {
  require VOXELHEIM_BACKUP_IDENTITY
  require_file "the identity (VOXELHEIM_BACKUP_IDENTITY)" "$VOXELHEIM_BACKUP_IDENTITY"
}

# require_recipient: copies can be sealed. What is set is not shown: it may be the key that opens them.
require_recipient() {
  require VOXELHEIM_BACKUP_RECIPIENT
  seal </dev/null >/dev/null 2>&1 || die "nothing can be sealed for VOXELHEIM_BACKUP_RECIPIENT: is it a key age1...?"
}

voxelheim() { "${VOXELHEIM_BINARY:-voxelheim}" "$@"; }

# seal: standard input to standard output, so that only whoever has the identity reads it; after require_recipient.
seal() {
  zstd --quiet --threads=0 | age --encrypt --recipient "$VOXELHEIM_BACKUP_RECIPIENT"
}

# unseal FILE: to standard output; after require_identity.
unseal() {
  age --decrypt --identity "$VOXELHEIM_BACKUP_IDENTITY" "$1" | zstd --quiet --decompress
}

# tick_of FILE: of which tick this checkpoint is, by its head (services/journal/src/checkpoint.rs).
tick_of() {
  [ "$(head --bytes 8 "$1")" = VXCHECKP ] || die "that is no checkpoint"
  od --address-radix n --skip-bytes 24 --read-bytes 4 --format u4 --endian little "$1" | tr -d ' '
}

# scratch: a folder for this user alone, in $SCRATCH, that goes when the script ends.
scratch() {
  umask 077
  SCRATCH="$(mktemp -d)"
  trap 'rm -rf "$SCRATCH"' EXIT
}

# on_database URL PROGRAM ARGUMENT...: PostgreSQL's program on that database; the password is no argument, which every
# user of the machine could read.
on_database() {
  local url="$1" password=""
  shift
  if [[ "$url" =~ ^([a-z]+://[^:@/]+):([^@]*)@(.*)$ ]]; then
    url="${BASH_REMATCH[1]}@${BASH_REMATCH[3]}"
    password="$(printf '%b' "${BASH_REMATCH[2]//%/\\x}")"
  fi
  PGPASSWORD="$password" "$@" --dbname "$url"
}

# ask_database URL QUERY: the bare answer.
ask_database() { on_database "$1" psql --no-psqlrc --tuples-only --no-align --command "$2"; }

# is_being_restored URL: whether a restore into that database has begun and not ended.
is_being_restored() {
  local begun
  begun="$(ask_database "$1" "SELECT to_regclass('public.$RESTORE_BEGUN')")" || die "cannot ask a database"
  [ -n "$begun" ]
}

# ask_warehouse QUERY [FILE]: the answer; with a file, that is what the query inserts.
ask_warehouse() {
  local url="${VOXELHEIM_WAREHOUSE%%\?*}" query="$1" base database
  base="${url%/*}"
  database="${url##*/}"
  curl --silent --show-error --fail-with-body --config <(printf 'url = "%s/"\n' "$base") --url-query "database=$database" --url-query "query=$query" \
    ${2:+--request POST --upload-file "$2"}
}
