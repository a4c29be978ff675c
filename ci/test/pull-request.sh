# shellcheck shell=bash
# pull-request mode: the branch, the commit, the pull request. Lock files are in locks.sh.

# Adds a commit to the origin's branch, as somebody else.
push_commit() {
  rm -rf "$scratch/other"
  git clone --quiet --branch "$1" "$scratch/origin.git" "$scratch/other"
  printf '%s' "$3" > "$scratch/other/$2"
  commit "$scratch/other" "by hand"
  git -C "$scratch/other" push --quiet
}

update_checkout() { git -C "$scratch/repository" pull --quiet --ff-only; }

calls() { grep -c "^$1 " "$FAKE/gh.log" || true; }

opened() {
  copy react/quickstart && checkout
  # What the job left behind is not committed, and stays.
  echo "// not committed" >> "$scratch/repository/src/main.tsx"
  echo left > "$scratch/repository/left.txt"
  local before
  before=$(tree "$scratch/repository")
  action mode=pull-request
  equal 0 "$status"
  equal "$(after react/quickstart)" "$(branch_tree convex-clerk/migrate)"
  equal "$(tip main)" "$(git -C "$scratch/origin.git" rev-parse convex-clerk/migrate^)"
  equal "github-actions[bot]" "$(git -C "$scratch/origin.git" log -1 --format=%an convex-clerk/migrate)"
  equal "Move from ConvexProvider to Clerk" "$(git -C "$scratch/origin.git" log -1 --format=%s convex-clerk/migrate)"
  contains "head=convex-clerk/migrate base=main" "$(grep ^POST "$FAKE/gh.log")"
  equal "$(cat "$(output summary)")" "$(cat "$FAKE/body-1")"
  equal https://github.example/pull/1 "$(output pull-request)"
  equal true "$(output changed)"
  equal "$before" "$(tree "$scratch/repository")"
  equal main "$(git -C "$scratch/repository" branch --show-current)"
  equal 1 "$(git -C "$scratch/repository" worktree list | wc -l)"
}
check "a pull request has what is committed changed, and nothing else" opened

repeated() {
  copy react/quickstart && checkout ${1+"$1"}
  action mode=pull-request
  local first
  first=$(tip)
  action mode=pull-request
  equal 0 "$status"
  equal "$first" "$(tip)"
  contains 'nothing new' "$log"
  equal https://github.example/pull/1 "$(output pull-request)"
  # Another file of the base changes.
  push_commit main README.md changed
  rm -rf "$scratch/repository"
  git clone --quiet ${1+"$1"} "file://$scratch/origin.git" "$scratch/repository"
  action mode=pull-request
  equal "$first" "$(tip)"
  equal "1 2" "$(calls POST) $(calls PATCH)"
  # No more history is fetched than was there.
  [ $# = 0 ] || equal 2 "$(git -C "$scratch/repository" rev-list --count "$first")"
  equal "$(cat "$(output summary)")" "$(cat "$FAKE/body-1")"
}
check "a second run pushes nothing, and opens no second pull request" repeated
check "the same in a clone without history" repeated --depth=1

renewed() {
  copy react/quickstart && checkout
  action mode=pull-request
  # Somebody ticks a step on the web page, which gives back CRLF.
  sed -i 's/^- \[ \] Create a Clerk account/- [x] Create a Clerk account/; s/$/\r/' "$FAKE/body-1"
  push_commit main src/main.tsx "// first
$(cat "$scratch/repository/src/main.tsx")
"
  update_checkout
  local first
  first=$(tip)
  action mode=pull-request
  equal 0 "$status"
  [ "$first" != "$(tip)" ]
  equal "$(tip main)" "$(git -C "$scratch/origin.git" rev-parse convex-clerk/migrate^)"
  equal "1 1" "$(calls POST) $(calls PATCH)"
  equal 1 "$(grep -c '^- \[x\] Create a Clerk account' "$FAKE/body-1")"
  equal 1 "$(grep -c '^- \[x\]' "$FAKE/body-1")"
  never grep -q $'\r' "$FAKE/body-1"
}
check "where the base changed a file of it the branch is made anew; ticked steps stay ticked" renewed

foreign() {
  copy react/quickstart && checkout
  action mode=pull-request
  push_commit convex-clerk/migrate src/main.tsx "// by hand"
  local theirs
  theirs=$(tip)
  action mode=pull-request
  equal 2 "$status"
  contains 'has commits of others' "$log"
  equal "$theirs" "$(tip)"
  equal "1 0" "$(calls POST) $(calls PATCH)"
}
check "a branch with commits of others is left alone" foreign

amended() {
  copy react/quickstart && checkout
  action mode=pull-request
  rm -rf "$scratch/other"
  git clone --quiet --branch convex-clerk/migrate "$scratch/origin.git" "$scratch/other"
  echo "// by hand" >> "$scratch/other/src/main.tsx"
  git -C "$scratch/other" commit --quiet --all --amend --no-edit
  git -C "$scratch/other" push --quiet --force
  rm -rf "$scratch/other"
  local theirs
  theirs=$(tip)
  action mode=pull-request
  equal 2 "$status"
  equal "$theirs" "$(tip)"
}
check "so is one whose commit was amended" amended

never_ours() {
  copy react/quickstart && checkout
  git -C "$scratch/repository" push --quiet origin main:refs/heads/theirs
  action mode=pull-request branch=theirs
  equal 2 "$status"
  equal "$(tip main)" "$(tip theirs)"
  action mode=pull-request branch=main
  equal 2 "$status"
  contains 'are both main' "$log"
}
check "so is one of that name which was never made here" never_ours

# Somebody pushes the branch between the look and the push.
raced() {
  copy react/quickstart && checkout
  printf '#!/bin/sh\ngit -C "%s" update-ref refs/heads/convex-clerk/migrate refs/heads/main\n' "$scratch/origin.git" > "$FAKE/theirs"
  chmod +x "$FAKE/theirs"
  cp "$FAKE/theirs" "$FAKE/meanwhile"
  action mode=pull-request
  equal 2 "$status"
  contains 'could not be pushed' "$log"
  equal "$(tip main)" "$(tip)"
  equal 0 "$(calls POST)"
  # The same with a branch made here.
  rm "$FAKE/meanwhile"
  git -C "$scratch/origin.git" update-ref -d refs/heads/convex-clerk/migrate
  action mode=pull-request
  push_commit main package.json "$(sed 's/private/also": 1, "private/' "$scratch/repository/package.json")"
  update_checkout
  cp "$FAKE/theirs" "$FAKE/meanwhile"
  action mode=pull-request
  equal 2 "$status"
  equal "$(tip main)" "$(tip)"
}
check "what is pushed meanwhile is not overwritten" raced

closed() {
  copy react/quickstart && checkout
  action mode=pull-request
  sed -i 's/^open/closed/' "$FAKE/pulls"
  action mode=pull-request
  equal 0 "$status"
  contains 'closed by hand' "$log"
  equal "1 0" "$(calls POST) $(calls PATCH)"
  git -C "$scratch/origin.git" update-ref -d refs/heads/convex-clerk/migrate
  action mode=pull-request
  equal https://github.example/pull/2 "$(output pull-request)"
}
check "a pull request that was closed is not opened again while its branch is there" closed

reverted() {
  copy react/quickstart && checkout
  action mode=pull-request
  sed -i 's/^open/merged/' "$FAKE/pulls"
  # Merged, and taken back.
  git -C "$scratch/repository" fetch --quiet origin convex-clerk/migrate
  git -C "$scratch/repository" merge --quiet --no-ff --message merged FETCH_HEAD
  git -C "$scratch/repository" push --quiet
  action mode=pull-request
  equal "0 false" "$status $(output changed)"
  git -C "$scratch/repository" revert --no-edit --mainline 1 HEAD > /dev/null
  git -C "$scratch/repository" push --quiet
  action mode=pull-request
  equal "$(tip main)" "$(git -C "$scratch/origin.git" rev-parse convex-clerk/migrate^)"
  equal https://github.example/pull/2 "$(output pull-request)"
}
check "after a merge there is nothing to do; after its revert a new pull request comes" reverted

no_change() {
  copy "$1" && checkout
  action mode=pull-request
  equal "$2 false" "$status $(output changed)"
  equal "" "$(tip)$(cat "$FAKE/gh.log")"
}
check "no pull request for an app on Clerk" no_change react/already-on-clerk 0
check "no pull request where all apps are refused" no_change react/provider-in-an-array 3

partly() {
  copy react/quickstart react/provider-in-an-array && checkout
  action mode=pull-request
  equal 3 "$status"
  contains 'refused (`unproven-form`)' "$(cat "$FAKE/body-1")"
  action mode=pull-request refused-ok=true
  equal 0 "$status"
  equal "1 1" "$(calls POST) $(calls PATCH)"
}
check "beside a refused app the others get their pull request" partly

part_of_a_repository() {
  copy react/quickstart react/gate-shop && checkout
  action mode=pull-request working-directory=gate-shop "title=Clerk for the shop" branch=clerk/shop gate=none args=--issuer-env=SHOP_ISSUER
  equal 0 "$status"
  equal "" "$(git -C "$scratch/origin.git" diff --name-only main clerk/shop -- quickstart)"
  contains gate-shop/convex/auth.config.ts "$(git -C "$scratch/origin.git" diff --name-only main clerk/shop)"
  # The plan is what is written, with the arguments that it was made with.
  never git -C "$scratch/origin.git" grep -q AuthLoading clerk/shop -- gate-shop
  git -C "$scratch/repository" apply --index "$(output patch)"
  equal "$(git -C "$scratch/repository" write-tree)" "$(git -C "$scratch/origin.git" rev-parse 'clerk/shop^{tree}')"
  equal "Clerk for the shop" "$(git -C "$scratch/origin.git" log -1 --format=%s clerk/shop)"
}
check "an app of a repository can have one of its own" part_of_a_repository

bases() {
  copy react/quickstart && checkout
  git -C "$scratch/repository" push --quiet origin main:refs/heads/develop
  push_commit develop README.md develop
  action mode=pull-request base=develop GITHUB_REF_TYPE=tag GITHUB_REF_NAME=v1
  equal 0 "$status"
  equal "$(tip develop)" "$(git -C "$scratch/origin.git" rev-parse convex-clerk/migrate^)"
  contains 'base=develop' "$(grep ^POST "$FAKE/gh.log")"
  action mode=pull-request base=nowhere
  equal 2 "$status"
  contains 'there is no branch nowhere' "$log"
  action mode=pull-request GITHUB_REF_NAME=7/merge GITHUB_HEAD_REF=feature
  equal 2 "$status"
  contains 'is no branch' "$log"
}
check "the base is the branch that is checked out, or named" bases

hooks_do_not_run() {
  copy react/quickstart && checkout
  local hook
  for hook in pre-commit commit-msg pre-push post-checkout; do
    printf '#!/bin/sh\ntouch "%s/ran-%s"\nexit 1\n' "$scratch" "$hook" > "$scratch/repository/.git/hooks/$hook"
    chmod +x "$scratch/repository/.git/hooks/$hook"
  done
  action mode=pull-request
  equal 0 "$status"
  equal "" "$(find "$scratch" -maxdepth 1 -name 'ran-*')"
}
check "hooks of the repository do not run" hooks_do_not_run

not_permitted() {
  copy react/quickstart && checkout
  touch "$FAKE/no-pull-requests"
  action mode=pull-request
  equal 2 "$status"
  contains 'is pushed, but no pull request could be opened' "$log"
  rm "$FAKE/no-pull-requests"
  action mode=pull-request
  equal "0 https://github.example/pull/1" "$status $(output pull-request)"
}
check "where no pull request may be opened that is said; the next run goes on from there" not_permitted

no_commit() {
  mkdir "$scratch/repository"
  git -C "$scratch/repository" init --quiet
  action mode=pull-request
  equal 2 "$status"
  contains 'no commit yet' "$log"
  rm -rf "$scratch/repository/.git"
  action mode=pull-request
  equal 2 "$status"
  contains 'no git repository' "$log"
  copy react/quickstart && checkout
  action mode=pull-request token=
  equal 2 "$status"
  contains 'token is empty' "$log"
}
check "an empty repository, no repository and no token are said" no_commit

listed() {
  copy react/quickstart && checkout
  action mode=pull-request
  local query
  query=$(cat "$FAKE/query")
  pulls() { printf '%s' "$1" | jq -r "$query"; }
  equal "" "$(pulls '[]')"
  equal $'open\t1\ta' "$(pulls '[{"state":"closed","number":2,"html_url":"b","merged_at":null},{"state":"open","number":1,"html_url":"a","merged_at":null}]')"
  equal $'merged\t2\tb' "$(pulls '[{"state":"closed","number":2,"html_url":"b","merged_at":"2020"},{"state":"closed","number":1,"html_url":"a","merged_at":null}]')"
  equal $'closed\t2\tb' "$(pulls '[{"state":"closed","number":2,"html_url":"b","merged_at":null}]')"
}
if command -v jq > /dev/null; then check "of GitHub's list the open pull request is taken, else the latest" listed
else echo "not run: of GitHub's list the open pull request is taken (jq is missing)"; fi
