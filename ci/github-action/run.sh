#!/usr/bin/env bash
# What action.yml runs; its inputs are the variables CLERK_*. The status is that of convex-clerk.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tool.sh
. "$here/tool.sh"
# shellcheck source=check.sh
. "$here/check.sh"
# shellcheck source=locks.sh
. "$here/locks.sh"
# shellcheck source=pull-request.sh
. "$here/pull-request.sh"

# Not for the programs that run below: only git and gh get it.
token=${CLERK_TOKEN-}
unset CLERK_TOKEN

cd "$CLERK_WORKING_DIRECTORY" 2> /dev/null || fail "there is no folder $CLERK_WORKING_DIRECTORY"
work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/convex-clerk.XXXXXX")
plan=$work/plan.json patch=$work/change.patch summary=$work/summary.md
sarif=${CLERK_SARIF:+$(absolute "$CLERK_SARIF")}

find_tool
collect_flags
case $CLERK_MODE in
  check) check ;;
  pull-request) pull_request ;;
  *) fail "mode is check or pull-request, not $CLERK_MODE" ;;
esac
