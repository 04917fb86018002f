# shellcheck shell=bash
# What the scripts about watching share. Sourced after common.sh.

# Python's YAML. It is a package of the system's own Python, so that it is installed like a program.
need_yaml() {
  need python3 python3
  python3 -c 'import yaml' 2>/dev/null && return
  can_install || die "Python's yaml is missing. Install it, then run this again: sudo apt-get install python3-yaml"
  note "installing python3-yaml (apt)"
  apt_refresh
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-yaml >"$APT_LOG" 2>&1 || {
    cat "$APT_LOG" >&2
    die "apt-get install python3-yaml failed"
  }
}
