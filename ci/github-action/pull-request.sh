# shellcheck shell=bash
# Commits the change onto a branch of its own and opens a pull request for it, or brings the one that is open up to date.

# In the message of each commit made here: the tree that it had. A branch whose last commit lacks it, or has another tree, is somebody's work.
MARK=Convex-Clerk-Tree

# git with the token for what asks for one. actions/checkout may have left its own, which then is taken.
remote_git() {
  # shellcheck disable=SC2016 # git gives it to a shell
  GH_TOKEN=$token GH_ENTERPRISE_TOKEN=$token GIT_TERMINAL_PROMPT=0 git -C "$repository" -c 'credential.helper=!gh auth git-credential' "$@"
}

fetch_branch() {
  local depth=''
  # Where only a part of the history is there, no more is asked for.
  [ "$(git rev-parse --is-shallow-repository)" = false ] || depth=--depth=2
  remote_git fetch --quiet --no-tags ${depth:+"$depth"} origin "refs/heads/$1"
}

api() {
  GH_TOKEN=$token GH_ENTERPRISE_TOKEN=$token GH_HOST=${GITHUB_SERVER_URL#*://} GH_PROMPT_DISABLED=1 gh api "$@"
}

pull_request() {
  check_surroundings
  choose_base
  local prefix
  prefix=$(git rev-parse --show-prefix)
  # A tree of its own: only what is committed counts, and what the job made so far stays as it is.
  tree=$work/tree
  trap 'git -C "$repository" worktree remove --force "$tree" > /dev/null 2>&1 || true' EXIT
  GIT_LFS_SKIP_SMUDGE=1 git -c core.hooksPath=/dev/null worktree add --quiet --detach "$tree" "$start"
  cd "$tree/$prefix" 2> /dev/null || fail "there is no folder $prefix on $base"
  make_plan --dry-run --format github
  if [ ! -s "$patch" ]; then
    say "nothing to change: no pull request"
    exit "$code"
  fi
  # What is committed is what the body describes: the plan, not another run.
  "$tool" apply --quiet "$plan" -- "$CLERK_PATH" || fail "the plan could not be applied"
  make_commit
  make_body
  publish
  exit "$code"
}

check_surroundings() {
  command -v gh > /dev/null || fail "gh is missing, GitHub's command line program"
  [ -n "$token" ] || fail "token is empty"
  repository=$(git rev-parse --show-toplevel 2> /dev/null) || fail "this is no git repository: add actions/checkout before this step"
  git rev-parse --quiet --verify HEAD > /dev/null || fail "the repository has no commit yet"
  git check-ref-format "refs/heads/$CLERK_BRANCH" || fail "branch is no name for a branch: $CLERK_BRANCH"
  [[ $CLERK_TITLE =~ [^[:space:]] && $CLERK_TITLE != *$'\n'* ]] || fail "title is one line"
  [[ $CLERK_LOCK_FILES =~ ^(true|false)$ ]] || fail "lock-files is true or false, not $CLERK_LOCK_FILES"
  run_address=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID
}

# `base` is the branch to change, `start` the commit to start from.
choose_base() {
  base=$CLERK_BASE
  if [ -n "$base" ]; then
    git check-ref-format "refs/heads/$base" || fail "base is no name for a branch: $base"
    fetch_branch "$base" || fail "there is no branch $base"
    start=$(git rev-parse FETCH_HEAD)
  else
    [[ ${GITHUB_REF_TYPE-} = branch && -z ${GITHUB_HEAD_REF-} ]] ||
      fail "what is checked out is no branch: run this on push, schedule or workflow_dispatch, or say base"
    base=$GITHUB_REF_NAME
    start=$(git rev-parse HEAD)
  fi
  [ "$base" != "$CLERK_BRANCH" ] || fail "base and branch are both $base"
}

# `commit` has the plan's files and the lock files that could be brought up to date, on top of `start`.
make_commit() {
  local id
  git -C "$tree" apply --numstat -z "$patch" | while IFS=$'\t' read -r -d '' _ _ file; do printf '%s\0' "$file"; done > "$work/changed"
  stage < "$work/changed"
  updated='' stale=''
  [ "$CLERK_LOCK_FILES" = false ] || update_locks "$work/changed"
  [ -z "$updated" ] || printf '%s' "$updated" | tr '\n' '\0' | stage
  id=$(git -C "$tree" write-tree)
  : "${GIT_AUTHOR_NAME:=github-actions[bot]}" "${GIT_AUTHOR_EMAIL:=41898282+github-actions[bot]@users.noreply.github.com}"
  : "${GIT_COMMITTER_NAME:=$GIT_AUTHOR_NAME}" "${GIT_COMMITTER_EMAIL:=$GIT_AUTHOR_EMAIL}"
  export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
  commit=$(git -C "$tree" commit-tree "$id" -p "$start" -m "$CLERK_TITLE" -m "$MARK: $id")
}

stage() { git -C "$tree" --literal-pathspecs add --pathspec-from-file=- --pathspec-file-nul; }

make_body() {
  body=$work/body.md
  {
    [ -z "$stale" ] || stale_warning
    cat "$summary"
  } | fitted > "$body"
}

# A body that GitHub takes: 65,536 characters at most. What is too long ends before a part that would be left open.
fitted() {
  LC_ALL=C awk -v limit=65000 -v rest="The rest is in the summary of [this run]($run_address)." '
    /^<details>/ { inside = 1 }
    /^[ >]*```/ { fenced = !fenced }
    { part = part $0 "\n" }
    /^<\/details>/ { inside = 0 }
    !inside && !fenced {
      size += length(part)
      if (size <= limit) printf "%s", part
      part = ""
    }
    # Not before the end: what writes into this would break off.
    END { if (size > limit) print "\n" rest }
  '
}

# Whether a commit was made here and nobody has changed it since.
is_ours() {
  [ "$(git log -1 --format="%(trailers:key=$MARK,valueonly)" "$1" | tr -d '\n')" = "$(git rev-parse "$1^{tree}")" ]
}

# What a commit does to which file, whatever it stands on.
change_of() { git diff-tree -r --no-renames "$1^" "$1"; }

publish() {
  local tip same=false found number state address ticked
  tip=$(remote_git ls-remote origin "refs/heads/$CLERK_BRANCH" | cut -f 1) || fail "the repository's origin does not answer"
  if [ -n "$tip" ]; then
    fetch_branch "$CLERK_BRANCH"
    is_ours "$tip" || fail "the branch $CLERK_BRANCH has commits of others, which stay: merge or delete it, or choose another name"
    [ "$(change_of "$tip")" != "$(change_of "$commit")" ] || same=true
  fi
  found=$(pulls) || fail "the pull requests could not be listed: may the token read them?"
  IFS=$'\t' read -r state number address <<< "$found"
  if [ "$same" = true ] && [ "$state" = closed ]; then
    say "the pull request was closed by hand and is not opened again; delete the branch $CLERK_BRANCH to have another: $address"
    return
  fi
  if [ "$same" = true ] && [ "$state" != merged ]; then
    say "nothing new for the branch $CLERK_BRANCH"
  else
    # Only over what was just looked at.
    remote_git push --quiet --no-verify --force-with-lease="refs/heads/$CLERK_BRANCH:$tip" \
      origin "$commit:refs/heads/$CLERK_BRANCH" || fail "the branch $CLERK_BRANCH could not be pushed"
    say "pushed to $CLERK_BRANCH"
  fi
  if [ "$state" = open ]; then
    ticked=$work/ticked.md
    api "repos/$GITHUB_REPOSITORY/pulls/$number" --jq .body > "$ticked"
    keep_ticks "$ticked" "$body" > "$work/new-body.md"
    api --method PATCH "repos/$GITHUB_REPOSITORY/pulls/$number" --silent -F "body=@$work/new-body.md" || fail "the body could not be changed: $address"
    say "the pull request is up to date: $address"
  else
    address=$(api "repos/$GITHUB_REPOSITORY/pulls" --jq .html_url -f "title=$CLERK_TITLE" -f "head=$CLERK_BRANCH" -f "base=$base" -F "body=@$body") ||
      fail "the branch $CLERK_BRANCH is pushed, but no pull request could be opened: is it allowed under Settings, Actions, General?"
    say "opened $address"
  fi
  output pull-request "$address"
}

# The pull request of the branch: state, number and address. The open one, else the latest.
pulls() {
  api --method GET "repos/$GITHUB_REPOSITORY/pulls" -f state=all -f "head=${GITHUB_REPOSITORY%%/*}:$CLERK_BRANCH" -f "base=$base" -f per_page=100 --jq \
    '(map(select(.state == "open")) + .)[0] // empty | [if .merged_at then "merged" else .state end, .number, .html_url] | @tsv'
}

# The new body, with the steps ticked that are ticked in the old one.
keep_ticks() {
  awk '
    { sub(/\r$/, "") }
    NR == FNR { if (sub(/^- \[[xX]\] /, "")) done[$0] = 1; next }
    /^- \[ \] / && (substr($0, 7) in done) { $0 = "- [x] " substr($0, 7) }
    { print }
  ' "$1" "$2"
}
