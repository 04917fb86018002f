#!/usr/bin/env bash
# A mail server for tests: on loopback, with two ports and a folder of its own; it sends nothing on.
#   ops/dev/smtp.sh          starts it unless it runs, and prints its URL
#   ops/dev/smtp.sh stop     stops it
# Another port is VOXELHEIM_SMTP_PORT: SMTP with STARTTLS there, SMTP within TLS on the next. What it takes lies
# in FOLDER/mails, a file each; its certificate, of its own authority, is FOLDER/authority.pem.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/ops/dev/backend.sh"

PACKAGE=aiosmtpd==1.4.6

main() {
  settle smtp 16250
  URL="smtp://voxelheim:voxelheim%20secret@127.0.0.1:$PORT"
  serve "${1:-start}"
}

prepare() {
  need python3 python3
  need openssl openssl
  MODULES="$(python_program "$PACKAGE")"
  mkdir -p "$FOLDER/mails"
  [ -e "$FOLDER/authority.pem" ] || make_certificate
}

# Its own authority, so that a client can be told to believe it.
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
    -keyout "$FOLDER/key.pem" -out "$FOLDER/authority.pem" 2>"$FOLDER/log"
}

is_running() {
  local reply=""
  { exec 8<>"/dev/tcp/127.0.0.1/$PORT"; } 2>/dev/null || return 1
  read -r -t 2 reply <&8 || true
  exec 8>&-
  [[ "$reply" == 220* ]]
}

launch() {
  PYTHONPATH="$MODULES" setsid python3 "$ROOT/ops/dev/smtp.py" "$FOLDER" "$PORT" \
    </dev/null >"$FOLDER/log" 2>&1 9>&- &
  echo "$!" >"$FOLDER/pid"
}

main "$@"
