#!/usr/bin/env bash
# The action, the fleet's command and the examples, run as a bot would run them. Needs bash and git; gh and package managers are stand-ins.
#   ci/test/run.sh BINARY
set -euo pipefail
binary=${1:?the binary of convex-clerk}
cd "$(dirname "$0")"
# shellcheck source=lib.sh
. ./lib.sh
# shellcheck source=check.sh
. ./check.sh
# shellcheck source=pull-request.sh
. ./pull-request.sh
# shellcheck source=locks.sh
. ./locks.sh
# shellcheck source=fleet.sh
. ./fleet.sh
# shellcheck source=examples.sh
. ./examples.sh
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
