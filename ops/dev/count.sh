# shellcheck shell=bash
# How many tests passed and failed, read from what the test runners print. Sourced.
# Colours are stripped first.

# count_part PART LOG STATUS: prints "PASSED FAILED".
count_part() {
  local counts passed failed
  counts="$(sed 's/\x1b\[[0-9;]*m//g' "$2" | count_"$(counter_of "$1")" "$3")"
  read -r passed failed <<<"$counts"
  # A runner that failed without a failing test broke; one that ran nothing proved nothing.
  if [ "$failed" = 0 ] && { [ "$3" != 0 ] || [ "$passed" = 0 ]; }; then failed=1; fi
  echo "$passed $failed"
}

counter_of() {
  case "$1" in
    rust | tidy | faults) echo rust ;;
    client) echo vitest ;;
    e2e) echo last_line ;;
    *) echo step ;;
  esac
}

# A step is one test: its exit status.
count_step() {
  cat >/dev/null
  if [ "$1" = 0 ]; then echo "1 0"; else echo "0 1"; fi
}

# nextest:    Summary [ 1.2s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped
# cargo test: test result: ok. 10 passed; 2 failed; 0 ignored; ...
count_rust() {
  awk '
    /^ *Summary \[/ { match($0, /[0-9]+(\/[0-9]+)? tests? run/); run = $0; sub(/.*\] */, "", run); sub(/\/.*| tests? run.*/, "", run)
                      good = $0; sub(/.* run: /, "", good); sub(/ passed.*/, "", good)
                      if (good !~ /^[0-9]+$/) good = 0
                      passed += good; failed += run - good }
    /^test result: /  { for (i = 1; i < NF; i++) { if ($(i + 1) == "passed;") passed += $i; if ($(i + 1) == "failed;") failed += $i } }
    END { print passed + 0, failed + 0 }'
}

# vitest:          Tests  1 failed | 12 passed (13)
count_vitest() {
  awk '
    /^ *Tests  / { for (i = 1; i < NF; i++) { if ($(i + 1) == "passed") passed += $i; if ($(i + 1) == "failed") failed += $i } }
    END { print passed + 0, failed + 0 }'
}

# The last line of the form: 12 passed, 0 failed
count_last_line() {
  awk '
    /^[0-9]+ passed, [0-9]+ failed$/ { passed = $1; failed = $3 }
    END { print passed + 0, failed + 0 }'
}
