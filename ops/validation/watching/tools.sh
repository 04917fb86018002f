# shellcheck shell=bash
# What the scripts about watching share. Sourced after common.sh.

# Python's YAML. It is a package of the system's own Python, so that it is installed like a program.
need_yaml() {
  need python3 python3
  python3 -c 'import yaml' 2>/dev/null && return
  apt_install "Python's yaml" python3-yaml
}
