#!/usr/bin/env bash
# What multi-gitter runs in a clone of each repository. With status 0 changes become a pull request, and a repository without any is passed over;
# another status is listed as an error.
#   multi-gitter run "$PWD/ci/fleet/multi-gitter.sh" --org ORG --branch convex-clerk/migrate --commit-message "Move from ConvexProvider to Clerk"
set -euo pipefail
# The tool takes a folder without any package.json for a mistake; in a fleet it is a repository of something else.
if ! git ls-files --error-unmatch -- ':(glob)**/package.json' > /dev/null 2>&1; then
  echo "no package.json: nothing to do"
  exit 0
fi
# A refused app is for a person, and no reason to hold back the others.
npx --yes convex-clerk@0.1.0 migrate --yes --refused-ok "$@"
