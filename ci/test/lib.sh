# shellcheck shell=bash
# Repositories made of fixtures, and the action run in them as a runner would: with its environment and nothing else.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/convex-clerk-ci.XXXXXX")
scratch=$(cd "$scratch" && pwd -P)
trap 'rm -rf "$scratch"' EXIT
FAKE=$scratch/fake
FAKE_TOKEN=made-up-token
FAKE_VERSION=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$root/Cargo.toml")

mkdir "$scratch/bin" "$scratch/home"
cp "$here/gh" "$scratch/bin/gh"
for name in npm pnpm yarn bun corepack npx; do cp "$here/manager" "$scratch/bin/$name"; done
cp "$binary" "$scratch/convex-clerk"
chmod +x "$scratch"/bin/* "$scratch/convex-clerk"
cat > "$scratch/home/.gitconfig" <<'END'
[user]
  name = Test
  email = test@example.com
[init]
  defaultBranch = main
[protocol "file"]
  allow = always
END

# A command with nothing of the user's surroundings.
clean() {
  env -i PATH="$scratch/bin:$PATH" HOME="$scratch/home" TMPDIR="$scratch" GIT_CONFIG_NOSYSTEM=1 LC_ALL=C \
    FAKE="$FAKE" FAKE_TOKEN="$FAKE_TOKEN" FAKE_VERSION="$FAKE_VERSION" FAKE_BINARY="$scratch/convex-clerk" "$@"
}

git() { clean git "$@"; }

# ---- checks ----

passed=0 failed=0

check() {
  local name=$1
  shift
  rm -rf "$FAKE" "$scratch/repository" "$scratch/origin.git"
  mkdir "$FAKE"
  : > "$FAKE/pulls" > "$FAKE/managers.log" > "$FAKE/gh.log"
  echo 1.22.22 > "$FAKE/yarn-version"
  # Not in a condition, where a failure inside would be passed over.
  (set -eE && trap 'echo "line $LINENO of $name" >&2' ERR && "$@") > "$scratch/failure" 2>&1 &
  if wait $!; then
    passed=$((passed + 1))
    echo "ok: $name"
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
    cat "$scratch/failure"
  fi
}

equal() {
  [ "$2" = "$1" ] && return
  printf 'expected: %s\nactual:   %s\n' "$1" "$2"
  [ ! -e "$scratch/log" ] || sed 's/^/log: /' "$scratch/log"
  return 1
}

# For a command that has to fail: after `!` bash would pass over it.
never() { if "$@"; then return 1; fi; }

contains() {
  case $2 in *"$1"*) return ;; esac
  printf 'not in it: %s\n%s\n' "$1" "$2"
  return 1
}

# Every file with its contents, git's own aside.
tree() { (cd "$1" && find . -name .git -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum); }

# ---- repositories ----

# Commits all that is in a folder.
commit() {
  git -C "$1" add --all --force
  git -C "$1" commit --quiet --allow-empty --message "${2:-before}"
}

# Copies fixtures into $scratch/repository: one as the root, several into folders of their names.
copy() {
  mkdir -p "$scratch/repository"
  local fixture to
  for fixture; do
    to=$scratch/repository
    [ $# = 1 ] || to=$to/${fixture##*/} && mkdir -p "$to"
    cp -R "$root/fixtures/$fixture/before/." "$to"
  done
}

# Makes of it the checkout of a runner, with an origin.
checkout() {
  git -C "$scratch/repository" init --quiet
  # Some history, for clones that lack it.
  commit "$scratch/repository" first
  commit "$scratch/repository" second
  git clone --quiet --bare "$scratch/repository" "$scratch/origin.git"
  rm -rf "$scratch/repository"
  git clone --quiet ${1+"$1"} "file://$scratch/origin.git" "$scratch/repository"
}

# What a branch of the origin holds.
branch_tree() {
  rm -rf "$scratch/branch"
  git clone --quiet --branch "$1" "$scratch/origin.git" "$scratch/branch"
  tree "$scratch/branch"
}

# A fixture as it becomes.
after() {
  rm -rf "$scratch/after"
  mkdir "$scratch/after"
  cp -R "$root/fixtures/$1/before/." "$scratch/after"
  [ ! -d "$root/fixtures/$1/after" ] || cp -R "$root/fixtures/$1/after/." "$scratch/after"
  tree "$scratch/after"
}

tip() { git -C "$scratch/origin.git" rev-parse --quiet --verify "refs/heads/${1:-convex-clerk/migrate}" || true; }

# ---- the action ----

ACTION=$root/ci/github-action

# The default of an input, as action.yml has it.
default_of() { awk -v name="  $1:" '/^outputs:/ { exit } /^  [a-z]/ { on = $0 == name } on && sub(/^    default: /, "") { gsub(/^"|"$/, ""); print }' "$ACTION/action.yml"; }

# Runs the step of action.yml with inputs given as name=value; and variables of the runner as NAME=value. Sets `status`; the log is in $scratch/log.
action() {
  local variable input value given environment=()
  while IFS=' ' read -r variable input; do
    value=$(default_of "$input")
    [ "$input" != token ] || value=$FAKE_TOKEN
    [ "$input" != binary ] || value=$scratch/convex-clerk
    for given; do [ "${given%%=*}" != "$input" ] || value=${given#*=}; done
    environment+=("$variable=$value")
  done < <(sed -n 's/^ *\(CLERK_[A-Z_]*\): \${{ inputs\.\([a-z-]*\) }}$/\1 \2/p' "$ACTION/action.yml")
  environment+=(
    CI=true GITHUB_ACTIONS=true GITHUB_ACTION_PATH="$ACTION" GITHUB_REPOSITORY=owner/name GITHUB_SERVER_URL=https://github.example
    GITHUB_RUN_ID=1 GITHUB_REF_TYPE=branch GITHUB_REF_NAME=main RUNNER_TEMP="$scratch" GITHUB_OUTPUT="$scratch/output"
    GITHUB_STEP_SUMMARY="$scratch/summary"
  )
  for given; do [[ ! ${given%%=*} =~ ^[A-Z_]+$ ]] || environment+=("$given"); done
  : > "$scratch/output" > "$scratch/summary"
  status=0
  (cd "$scratch/repository" && clean "${environment[@]}" bash --noprofile --norc -eo pipefail -c \
    "$(sed -n 's/^      run: //p' "$ACTION/action.yml")") > "$scratch/log" 2>&1 || status=$?
  log=$(cat "$scratch/log")
  # No order to the runner but those that are meant; and never the token.
  ! tr '\r' '\n' < "$scratch/log" | grep -E '^[[:space:]]*::' | grep -vE '^::(error|warning|notice) (title|file)=' || return 1
  ! grep -rq "$FAKE_TOKEN" "$scratch/log" "$scratch/output" "$scratch/summary" || return 1
  [ ! -e "$FAKE/leaks" ] || return 1
}

# An output of the step.
output() { sed -n "s/^$1=//p" "$scratch/output"; }
