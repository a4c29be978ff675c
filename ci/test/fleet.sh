# shellcheck shell=bash
# The command that multi-gitter and Batch Changes run, over a folder of repositories.

FLEET='
expo/quickstart
expo/sdk-58-is-refused
next-app/two-apps-without-a-root-manifest
next-app/monorepo-turbo-next-and-vite
next-app/other-auth-better-auth
next-app/quickstart
next-app/refused-module-exports
next-pages/quickstart
react-router/monorepo-app
react-router/already-on-clerk
react/already-on-clerk
react/convex-without-provider
react/flag-early-return
react/workspace-npm-app-and-backend
react/auth-config-crlf-under-as
react/monorepo-apps-side-by-side
react/provider-in-an-array
react/quickstart
tanstack-start/official-template
'

# How many of the fleet's fixtures expect something.
expecting() {
  local fixture count=0
  for fixture in $FLEET; do
    if grep -q "^expect = \"$1\"" "$root/fixtures/$fixture/case.toml"; then count=$((count + 1)); fi
  done
  echo "$count"
}

# All repositories anew, the last one of them without anything.
make_fleet() {
  fleet=$scratch/fleet
  rm -rf "$fleet"
  mkdir "$fleet"
  local fixture repository
  for fixture in $FLEET; do
    repository=$fleet/${fixture//\//-}
    cp -R "$root/fixtures/$fixture/before" "$repository"
    git -C "$repository" init --quiet
    commit "$repository"
  done
  git init --quiet "$fleet/empty"
  equal 20 "$(find "$fleet" -mindepth 1 -maxdepth 1 | wc -l)"
}

# Runs a shell command in a repository; `outcome` is what multi-gitter makes of it. What changed is committed, as it does.
run_in() {
  local code=0
  (cd "$fleet/$1" && clean REPOSITORY="owner/$1" sh -c "$2") > "$scratch/log" 2>&1 || code=$?
  if [ "$code" != 0 ]; then outcome="error $code"
  elif [ -n "$(git -C "$fleet/$1" status --short)" ]; then outcome=changes && commit "$fleet/$1"
  else outcome=none; fi
}

# Each repository gets what its fixture expects, and a second time nothing.
run_fleet() {
  make_fleet
  local fixture repository expected
  for fixture in $FLEET; do
    repository=${fixture//\//-}
    run_in "$repository" "$1"
    expected=$(sed -n 's/^expect = "\(.*\)"/\1/p' "$root/fixtures/$fixture/case.toml")
    # With --refused-ok a refused repository is one without changes.
    equal "$repository: ${expected/refused/none}" "$repository: $outcome"
    equal "$(after "$fixture")" "$(tree "$fleet/$repository")"
    [ "$expected" != refused ] || grep -q 'refused \[' "$scratch/log"
    run_in "$repository" "$1"
    equal "$repository, again: none" "$repository, again: $outcome"
    equal "$(after "$fixture")" "$(tree "$fleet/$repository")"
  done
}

multi_gitter() {
  run_fleet "$root/ci/fleet/multi-gitter.sh"
  run_in empty "$root/ci/fleet/multi-gitter.sh"
  equal none "$outcome"
  # Each outcome was there.
  [ "$(expecting changes)" -ge 10 ]
  [ "$(expecting refused)" -ge 3 ]
  [ "$(expecting none)" -ge 4 ]
}
check "multi-gitter's script over 20 repositories" multi_gitter

batch_changes() {
  local run
  run=$(sed -n 's/^  - run: //p' "$root/ci/fleet/batch-spec.yaml")
  run_fleet "$run"
  # Its query finds none without a package.json.
  run_in empty "$run"
  equal "error 2" "$outcome"
}
check "the step of Batch Changes over the same" batch_changes

errors() {
  make_fleet
  echo '// by hand' >> "$fleet/react-quickstart/src/main.tsx"
  run_in react-quickstart "$root/ci/fleet/multi-gitter.sh"
  equal "error 2" "$outcome"
  run_in expo-quickstart "$root/ci/fleet/multi-gitter.sh --no-such-flag"
  equal "error 2" "$outcome"
  cp -R "$root/fixtures/react/gate-shop/before" "$fleet/shop"
  git init --quiet "$fleet/shop"
  commit "$fleet/shop"
  run_in shop "$root/ci/fleet/multi-gitter.sh --gate none"
  equal changes "$outcome"
  never grep -rq AuthLoading "$fleet/shop"
}
check "what can't be done is an error for multi-gitter; arguments are passed on" errors
