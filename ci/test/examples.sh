# shellcheck shell=bash
# The examples for GitLab and pre-commit: what they run.

# A job's script, written as a block.
gitlab_script() { awk -v job="$1:" '/^[^ #]/ { on = $0 == job } on && /^    - \|$/ { text = 1; next } text && !/^      / { text = 0 } on && text' "$root/ci/gitlab.yml"; }

# Runs the job that opens a merge request in the checkout, as GitLab does.
gitlab() {
  printf '[url "file://%s"]\n  insteadOf = https://gitlab-ci-token:%s@gitlab.example:443/group/app.git\n' "$scratch/origin.git" "$FAKE_TOKEN" \
    > "$scratch/home/gitlab"
  git -C "$scratch/origin.git" config receive.advertisePushOptions true
  # shellcheck disable=SC2016 # for the hook
  printf '#!/bin/sh\ni=0\nwhile [ "$i" -lt "${GIT_PUSH_OPTION_COUNT:-0}" ]; do eval "echo \\"\\$GIT_PUSH_OPTION_$i\\"" >> "%s"; i=$((i + 1)); done\n' \
    "$FAKE/push-options" > "$scratch/origin.git/hooks/pre-receive"
  chmod +x "$scratch/origin.git/hooks/pre-receive"
  local script
  script=$(gitlab_script convex-clerk-merge-request)
  [ -n "$script" ]
  status=0
  (cd "$scratch/repository" && git checkout --quiet --detach && clean CI=true CI_SERVER_PROTOCOL=https CI_SERVER_HOST=gitlab.example CI_SERVER_PORT=443 \
    CI_PROJECT_PATH=group/app CI_DEFAULT_BRANCH=main CI_JOB_URL=https://gitlab.example/job/1 BRANCH=convex-clerk/migrate \
    TITLE="Move from ConvexProvider to Clerk" CONVEX_CLERK="convex-clerk@$FAKE_VERSION" CONVEX_CLERK_TOKEN="$FAKE_TOKEN" \
    GIT_CONFIG_GLOBAL="$scratch/home/gitlab" sh -c "$script") > "$scratch/log" 2>&1 || status=$?
  log=$(cat "$scratch/log")
}

merge_request() {
  copy react/quickstart
  echo '{}' > "$scratch/repository/package-lock.json"
  checkout
  echo left > "$scratch/repository/left.txt"
  rm "$scratch/home/gitlab" 2> /dev/null || true
  gitlab
  equal 0 "$status"
  equal "$(tip main)" "$(git -C "$scratch/origin.git" rev-parse convex-clerk/migrate^)"
  equal ".env.example convex/auth.config.ts package-lock.json package.json src/main.tsx" \
    "$(git -C "$scratch/origin.git" diff --name-only main convex-clerk/migrate | tr '\n' ' ' | sed 's/ $//')"
  equal "\
merge_request.create
merge_request.target=main
merge_request.title=Move from ConvexProvider to Clerk
merge_request.description=What changes and why, and the steps that are left: https://gitlab.example/job/1/artifacts/file/convex-clerk.md" \
    "$(cat "$FAKE/push-options")"
  contains '## Move to Clerk' "$(cat "$scratch/repository/convex-clerk.md")"
  # Again: the branch stays as it is.
  local first
  first=$(tip)
  git -C "$scratch/repository" checkout --quiet main
  gitlab
  equal 0 "$status"
  contains 'is there already' "$log"
  equal "$first" "$(tip)"
}
check "GitLab's job opens one merge request" merge_request

stale_merge_request() {
  copy react/quickstart
  echo '{}' > "$scratch/repository/package-lock.json"
  checkout
  touch "$FAKE/no-network"
  gitlab
  equal 0 "$status"
  contains 'description=The lock file is not up to date' "$(cat "$FAKE/push-options")"
}
check "where the install fails its description begins with that" stale_merge_request

no_merge_request() {
  copy "$1" && checkout
  gitlab
  equal 0 "$status"
  equal "" "$(tip)"
}
check "no merge request for an app on Clerk" no_merge_request react/already-on-clerk
check "no merge request where all apps are refused" no_merge_request react/provider-in-an-array

# A line of a job's script, or a hook's entry, in the checkout.
runs_with() {
  status=0
  (cd "$scratch/repository" && clean CONVEX_CLERK="convex-clerk@$FAKE_VERSION" PATH="$scratch/bin:$scratch:$PATH" sh -c "$1") > "$scratch/log" 2>&1 || status=$?
}

checks() {
  local expected fixture job hook
  job=$(awk '/^[^ #]/ { on = $0 == "convex-clerk-check:" } on && sub(/^    - /, "")  && /npx/' "$root/ci/gitlab.yml")
  hook=$(sed -n 's/^ *entry: //p' "$root/ci/pre-commit-config.yaml")
  while read -r fixture expected; do
    copy "$fixture" && checkout
    runs_with "$job"
    equal "$fixture: ${expected% *}" "$fixture: $status"
    rm -f "$scratch/repository/convex-clerk.md"
    runs_with "$hook"
    equal "$fixture: ${expected#* }" "$fixture: $status"
    equal "" "$(git -C "$scratch/repository" status --short)"
    rm -rf "$scratch/repository" "$scratch/origin.git"
  done <<END
react/quickstart 1 1
react/already-on-clerk 0 0
react/provider-in-an-array 3 0
END
}
check "GitLab's check and the hook of pre-commit end as they should" checks

one_version() {
  local said
  # The action's default, and each command.
  said=$(grep -rhoE '(convex-clerk|github-action)@v?[0-9][0-9.]*[0-9]' "$root/ci" --include='*.yml' --include='*.yaml' --include='*.sh' --include='*.md' --exclude-dir=test | sort -u)
  equal "convex-clerk@$FAKE_VERSION
github-action@v$FAKE_VERSION" "$said"
  equal "$FAKE_VERSION" "$(default_of version)"
}
check "every example names the version of this repository" one_version

wired() {
  local inputs
  inputs() { awk '/^inputs:/ { on = 1; next } /^[a-z]/ { on = 0 } on && /^  [a-z-]+:$/ { gsub(/[ :]/, ""); print }' "$ACTION/action.yml" | sort; }
  equal "$(inputs)" "$(grep -o '\${{ inputs\.[a-z-]*' "$ACTION/action.yml" | sed 's/.*\.//' | sort)"
  # Inputs are in `env` alone.
  equal "" "$(grep '^ *run:' "$ACTION/action.yml" | grep -F '{{' || true)"
  equal "$(sed -n 's/.*steps\.run\.outputs\.\([a-z-]*\).*/\1/p' "$ACTION/action.yml" | sort)" \
    "$(grep -hoE '(^| )output [a-z-]+ ' "$ACTION"/*.sh | sed -E 's/^ ?output //; s/ $//' | sort -u)"
}
check "the action's inputs and outputs are those of its scripts" wired
