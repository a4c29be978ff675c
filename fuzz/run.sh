#!/usr/bin/env bash
# Runs the targets on two cores: `fuzz/run.sh [SECONDS]`, five minutes when nothing is said, the build aside. Fails if one of them crashes.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-300}

# On stable there are no sanitizers; no unsafe code of ours wants one.
cargo fuzz build --sanitizer none

# Apps are written to a folder outside of every repository, in memory where that goes.
folder=/tmp
if [ -d /dev/shm ] && [ -w /dev/shm ]; then folder=/dev/shm; fi
TMPDIR=$(mktemp -d "$folder/convex-clerk-fuzz.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# run TARGET SECONDS
run() {
  local target=$1 time=$2 log=$TMPDIR/$1.log
  mkdir -p "fuzz/work/$target" "fuzz/regressions/$target"
  # New inputs go to the first folder, which git ignores.
  if ! cargo fuzz run --sanitizer none "$target" "fuzz/work/$target" "fuzz/corpus/$target" "fuzz/regressions/$target" -- \
    -dict=fuzz/tsx.dict -max_len=6000 -max_total_time="$time" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
    >"$log" 2>&1; then
    sed -n '/panicked at/,/stack backtrace/p' "$log" | head -n 300
    tail -n 40 "$log"
    return 1
  fi
  printf '%s: ' "$target"
  grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' "$log" | tr -s ' \n' ' '
  echo
}

rest() {
  run text $((seconds * 70 / 100))
  for target in saved_plan env framing; do run "$target" $((seconds / 10)); done
}

status=0
rest &
run providers "$seconds" || status=$?
wait $! || status=$?
exit "$status"
