#!/usr/bin/env bash
# Runs the targets on two cores: `fuzz/run.sh [SECONDS]`, five minutes when nothing is said, the build aside. Ends at the first crash.
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

# run TARGET SECONDS
run() {
  local target=$1 time=$2
  mkdir -p "fuzz/work/$target" "fuzz/regressions/$target"
  # New inputs go to the first folder, which git ignores.
  cargo fuzz run --sanitizer none "$target" "fuzz/work/$target" "fuzz/corpus/$target" "fuzz/regressions/$target" -- \
    -dict=fuzz/tsx.dict -max_len=6000 -max_total_time="$time" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
    >"$TMPDIR/$target.log" 2>&1 || { tail -n 60 "$TMPDIR/$target.log"; return 1; }
  printf '%s: ' "$target"
  grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' "$TMPDIR/$target.log" | tr -s ' \n' ' '
  echo
}

rest() {
  run text $((seconds * 70 / 100))
  for target in saved_plan env framing; do run "$target" $((seconds / 10)); done
}

rest & other=$!
trap 'kill "$other" 2>/dev/null || true; rm -rf "$TMPDIR"' EXIT
run providers "$seconds"
wait "$other"
