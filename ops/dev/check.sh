#!/usr/bin/env bash
# What a review would otherwise hold: format, lints, tidiness, the client's types.
# Every step runs; the exit status says whether all of them passed.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/test.sh" format lint tidy types
