# shellcheck shell=bash
# What the scripts that start a backend for tests share: a folder, a lock and the verbs.
# Sourced after common.sh by a script that calls `settle`, sets URL, defines
#   prepare      installs what is missing
#   is_running   whether it answers on PORT
#   launch       starts it in the background, with its data in FOLDER, its output in FOLDER/log, its
#                process in FOLDER/pid, and without the lock (9>&-)
# and calls `serve` with its own arguments.

LOCK_SECONDS_MAX=120
START_SECONDS_MAX=60
STOP_SECONDS_MAX=30

# settle NAME PORT: which backend it is, and where. VOXELHEIM_<NAME>_PORT and VOXELHEIM_<NAME>_DIR say
# otherwise: a second one beside the first, which may be stopped without harm to whoever uses that. Ports lie
# below 32768, where no outgoing connection takes one by chance.
settle() {
  NAME="$1"
  PORT_VARIABLE="VOXELHEIM_${NAME^^}_PORT"
  PORT="${!PORT_VARIABLE:-$2}"
  local folder_variable="VOXELHEIM_${NAME^^}_DIR"
  # Not in $CACHE: some servers run as a user of their own, who may not enter root's home.
  FOLDER="${!folder_variable:-/var/tmp/voxelheim-$NAME-$(id -u)}"
}

# serve [start|stop]: start is the default, and prints the URL.
serve() {
  mkdir -p "$FOLDER"
  # Tests run side by side and each of them calls this.
  exec 9>"$FOLDER/lock"
  flock --wait "$LOCK_SECONDS_MAX" 9 || die "another $0 has held $FOLDER/lock for $LOCK_SECONDS_MAX s"
  case "${1:-start}" in
    start)
      is_running || start
      echo "$URL"
      ;;
    stop) stop ;;
    *) die "usage: $0 [start|stop]" ;;
  esac
}

start() {
  prepare
  # Not where it was called from: that checkout may be removed while the server lives on.
  (cd "$FOLDER" && launch)
  within "$START_SECONDS_MAX" is_running && return
  tail -n 30 "$FOLDER/log" >&2 || true
  die "$NAME did not start on port $PORT: is it taken? Choose another with $PORT_VARIABLE"
}

stop() {
  local process
  process="$(cat "$FOLDER/pid" 2>/dev/null)" || return 0
  kill "$process" 2>/dev/null || true
  within "$STOP_SECONDS_MAX" is_gone "$process" || die "$NAME does not stop: process $process"
  rm -f "$FOLDER/pid"
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

# within SECONDS COMMAND...: whether it succeeds until then.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

# A package of PyPI without what it asks for, in a folder of its own; prints the folder. Needs no
# virtual environment, and leaves the system's Python as it is.
python_package() { python_folder "$1" --no-deps; }

# The same with all that it asks for: its programs are in the folder's bin, and find it by PYTHONPATH.
python_program() { python_folder "$1"; }

python_folder() {
  local package="$1" folder="$CACHE/python/$1"
  shift
  if [ ! -e "$folder/.complete" ]; then
    need pip3 python3-pip
    note "installing $package (pip)"
    rm -rf "$folder"
    twice pip3 install --quiet --disable-pip-version-check --root-user-action ignore "$@" --target "$folder" "$package" >&2 ||
      die "pip3 install $package failed"
    touch "$folder/.complete"
  fi
  echo "$folder"
}
