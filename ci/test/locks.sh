# shellcheck shell=bash
# pull-request mode: lock files.

# The quickstart with a lock file, and a line for package.json.
locked() {
  copy react/quickstart
  printf '%s\n' "${2-}" > "$scratch/repository/$1"
  [ -z "${3-}" ] || sed -i "s|^{|{\n  $3,|" "$scratch/repository/package.json"
  checkout
}

# The lock file is in the commit, by this command.
brought_up_to_date() {
  locked "$1" "${3-}" "${4-}"
  [ -z "${5-}" ] || echo "$5" > "$FAKE/yarn-version"
  action mode=pull-request
  equal 0 "$status"
  equal "$2 in " "$(cat "$FAKE/managers.log")"
  contains "# by " "$(git -C "$scratch/origin.git" show "convex-clerk/migrate:$1")"
  equal "$(after react/quickstart | wc -l)" "$(($(branch_tree convex-clerk/migrate | wc -l) - 1))"
  contains "## Move to Clerk" "$(head -n 1 "$FAKE/body-1")"
  [ ! -e "$scratch/repository/node_modules" ]
}
check "npm brings its lock file up to date" \
  brought_up_to_date package-lock.json 'npm install --package-lock-only --ignore-scripts --no-audit --no-fund' '{}'
check "pnpm brings its lock file up to date" \
  brought_up_to_date pnpm-lock.yaml 'pnpm install --lockfile-only --no-frozen-lockfile --ignore-scripts'
check "Yarn brings its lock file up to date" \
  brought_up_to_date yarn.lock 'yarn install --mode=update-lockfile' '__metadata:' '' 4.1.0
check "Yarn 1, which has no such option, installs in a copy that is thrown away" \
  brought_up_to_date yarn.lock 'yarn install --ignore-scripts --non-interactive' '# yarn lockfile v1'
check "Bun brings its lock file up to date" brought_up_to_date bun.lock 'bun install --lockfile-only --ignore-scripts' '{}'
check "and its binary one" brought_up_to_date bun.lockb 'bun install --lockfile-only --ignore-scripts'
check "the version that packageManager names is taken" brought_up_to_date pnpm-lock.yaml \
  'corepack pnpm install --lockfile-only --no-frozen-lockfile --ignore-scripts' '' '"packageManager": "pnpm@9.1.0+sha512.abc"'

# The pull request is made, its body begins with a warning, and the lock file is as it was.
warned() {
  equal 0 "$status"
  equal '> [!WARNING]' "$(head -n 1 "$FAKE/body-1")"
  contains 'A lock file is not up to date.' "$(sed -n 2p "$FAKE/body-1")"
  equal "> $2" "$(sed -n 6p "$FAKE/body-1")"
  equal "$(cat "$(output summary)")" "$(sed 1,8d "$FAKE/body-1")"
  equal "" "$(git -C "$scratch/origin.git" diff --name-only main convex-clerk/migrate -- "$1")"
  contains package.json "$(git -C "$scratch/origin.git" diff --name-only main convex-clerk/migrate)"
  equal 1 "$(grep -c ^POST "$FAKE/gh.log")"
}

no_network() {
  locked package-lock.json '{}'
  touch "$FAKE/no-network"
  action mode=pull-request
  warned package-lock.json 'npm install --package-lock-only --ignore-scripts --no-audit --no-fund'
  # Then it works, and the warning goes.
  rm "$FAKE/no-network"
  action mode=pull-request
  equal '## Move to Clerk' "$(head -n 1 "$FAKE/body-1")"
  contains "# by npm" "$(git -C "$scratch/origin.git" show convex-clerk/migrate:package-lock.json)"
}
check "where the install fails the body says so first, until it works" no_network

no_manager() {
  locked pnpm-lock.yaml
  mv "$scratch/bin/pnpm" "$scratch/pnpm"
  action mode=pull-request PATH="$scratch/bin:/usr/bin:/bin"
  mv "$scratch/pnpm" "$scratch/bin/pnpm"
  contains '| pnpm is not installed' "$log"
  warned pnpm-lock.yaml 'pnpm install --lockfile-only --no-frozen-lockfile --ignore-scripts'
}
check "so it does where the package manager is missing" no_manager

another_yarn() {
  locked yarn.lock "$1"
  echo "$2" > "$FAKE/yarn-version"
  action mode=pull-request
  equal "" "$(cat "$FAKE/managers.log")"
  warned yarn.lock "yarn install $3"
}
check "a lock file of Yarn 1 is not rewritten by Yarn 4" another_yarn '# yarn lockfile v1' 4.1.0 '--ignore-scripts --non-interactive'
check "nor the other way round" another_yarn '__metadata:' 1.22.22 --mode=update-lockfile

left_out() {
  locked package-lock.json '{}'
  action mode=pull-request lock-files=false
  equal "" "$(cat "$FAKE/managers.log")"
  equal "" "$(git -C "$scratch/origin.git" diff --name-only main convex-clerk/migrate -- package-lock.json)"
}
check "lock files can be left out" left_out

# Lock files that several folders have, and one folder has several of.
which_ones() {
  local app
  for app in one two "a folder"; do
    mkdir -p "$scratch/repository/apps/$app"
    cp -R "$root/fixtures/react/quickstart/before/." "$scratch/repository/apps/$app"
  done
  cd "$scratch/repository"
  echo '{ "private": true, "workspaces": ["apps/two"], "packageManager": "yarn@1.22.22" }' > package.json
  echo '# yarn lockfile v1' > yarn.lock
  echo '{}' > package-lock.json
  echo '{}' > apps/one/package-lock.json
  echo '{}' > "apps/a folder/bun.lock"
  : > "apps/a folder/pnpm-lock.yaml"
  mkdir unchanged
  echo '{}' > unchanged/package.json
  echo '{}' > unchanged/package-lock.json
  cd - > /dev/null
  checkout
  action mode=pull-request
  equal "\
bun install --lockfile-only --ignore-scripts in apps/a folder/
corepack yarn install --ignore-scripts --non-interactive in 
npm install --package-lock-only --ignore-scripts --no-audit --no-fund in apps/one/" "$(sort "$FAKE/managers.log")"
  equal "\
apps/a folder/bun.lock
apps/one/package-lock.json
yarn.lock" "$(git -C "$scratch/origin.git" diff --name-only main convex-clerk/migrate | grep lock)"
  # As a shell takes it.
  touch "$FAKE/no-network"
  action mode=pull-request
  contains '> (cd apps/a\ folder && bun install --lockfile-only --ignore-scripts)
> (cd apps/one && npm install --package-lock-only --ignore-scripts --no-audit --no-fund)
> yarn install --ignore-scripts --non-interactive' "$(cat "$FAKE/body-1")"
}
check "only lock files that a changed package.json counts for, of several in a folder the one in use" which_ones

catalog() {
  copy react/pnpm-catalog-is-followed && checkout
  action mode=pull-request
  contains pnpm-workspace.yaml "$(git -C "$scratch/origin.git" diff --name-only main convex-clerk/migrate)"
  equal 'pnpm install --lockfile-only --no-frozen-lockfile --ignore-scripts in ' "$(cat "$FAKE/managers.log")"
}
check "a catalog counts as package.json does" catalog

forty_opened() {
  apps_with_locks 40
  touch "$FAKE/no-network"
  action mode=pull-request
  equal 0 "$status"
  contains '40 lock files are not up to date' "$(sed -n 2p "$FAKE/body-1")"
  contains '> (cd apps/app-1 && npm install' "$(cat "$FAKE/body-1")"
  contains '> # and so for 20 more' "$(cat "$FAKE/body-1")"
  [ "$(wc -m < "$FAKE/body-1")" -lt 65536 ]
  equal 160 "$(git -C "$scratch/origin.git" diff --name-only main convex-clerk/migrate | wc -l)"
}
check "40 apps fit into one body, 40 stale lock files with them" forty_opened

too_long() {
  # As if the summary were one of very many apps.
  cat > "$scratch/tool" <<'END'
#!/bin/sh
"$FAKE_BINARY" "$@" || exit
for output; do
  case $output in markdown=*) for i in $(seq 3000); do printf '<details>\n\n```diff\n+ %s\n```\n\n</details>\n\n' "$i"; done >> "${output#markdown=}" ;; esac
done
END
  chmod +x "$scratch/tool"
  copy react/quickstart && checkout
  action mode=pull-request "binary=$scratch/tool"
  equal 0 "$status"
  [ "$(wc -c < "$FAKE/body-1")" -gt 64000 ]
  [ "$(wc -c < "$FAKE/body-1")" -lt 65536 ]
  contains 'The rest is in the summary of [this run](https://github.example/owner/name/actions/runs/1).' "$(tail -n 1 "$FAKE/body-1")"
  equal "$(grep -c '^<details>' "$FAKE/body-1")" "$(grep -c '^</details>' "$FAKE/body-1")"
}
check "a body that GitHub would not take is cut, at the end of a part" too_long
