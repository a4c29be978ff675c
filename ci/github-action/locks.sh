# shellcheck shell=bash
# Brings lock files up to date after package.json or a catalog has changed. No scripts of packages run.

# In the order in which convex-clerk takes them where a folder has several and `packageManager` names none of theirs.
LOCK_FILES='bun.lock pnpm-lock.yaml package-lock.json npm-shrinkwrap.json yarn.lock bun.lockb'

# The package manager that a package.json in a folder, or the nearest above it, names; with its version.
named_manager() {
  local folder=$1 named
  while :; do
    named=''
    [ ! -f "$tree/$folder/package.json" ] ||
      named=$(sed -n 's/.*"packageManager"[[:space:]]*:[[:space:]]*"\([a-z]*@[^"]*\)".*/\1/p' "$tree/$folder/package.json")
    if [ -n "$named" ] || [ "$folder" = . ]; then break; fi
    folder=$(dirname "$folder")
  done
  printf '%s' "$named"
}

manager_of() {
  case $1 in
    bun.*) echo bun ;;
    pnpm-*) echo pnpm ;;
    yarn.*) echo yarn ;;
    *) echo npm ;;
  esac
}

# The lock file that a changed file counts for: the nearest one, from its folder up. Prints nothing where there is none.
lock_for() {
  local folder name named found
  folder=$(dirname "$1")
  while :; do
    found=
    for name in $LOCK_FILES; do
      [ -f "$tree/$folder/$name" ] || continue
      named=$(named_manager "$folder")
      [ -n "$found" ] || found=$name
      if [ "$(manager_of "$name")" = "${named%%@*}" ]; then found=$name && break; fi
    done
    if [ -n "$found" ] || [ "$folder" = . ]; then break; fi
    folder=$(dirname "$folder")
  done
  [ -z "$found" ] || echo "$folder/$found" | sed 's|^\./||'
}

# The command that brings a lock file up to date and does no more: `manager` and `arguments`.
lock_command() {
  manager=$(manager_of "${1##*/}")
  case $manager in
    npm) arguments=(install --package-lock-only --ignore-scripts --no-audit --no-fund) ;;
    # In CI it would take the lock file for frozen.
    pnpm) arguments=(install --lockfile-only --no-frozen-lockfile --ignore-scripts) ;;
    bun) arguments=(install --lockfile-only --ignore-scripts) ;;
    yarn)
      if is_berry "$1"; then
        arguments=(install --mode=update-lockfile)
      else
        # Yarn 1 has no such option. It installs, in the copy of the repository that is thrown away afterwards.
        arguments=(install --ignore-scripts --non-interactive)
      fi
      ;;
  esac
}

# Whether a yarn.lock is in the format of Yarn 2 and later.
is_berry() { grep -q '^__metadata:' "$tree/$1"; }

# Runs `manager` with `arguments` in the folder of a lock file, in a shell of its own.
run_manager() (
  folder=$(dirname "$1")
  named=$(named_manager "$folder")
  # Nothing ends it by itself: it is called where a failure is looked at.
  cd "$tree/$folder" || exit 1
  # Yarn takes the lock file for frozen in CI; corepack would write `packageManager` into package.json, and ask.
  export YARN_ENABLE_IMMUTABLE_INSTALLS=false COREPACK_ENABLE_AUTO_PIN=0 COREPACK_ENABLE_DOWNLOAD_PROMPT=0
  program=("$manager")
  # corepack has the version that the repository names, not the one that the machine happens to have.
  if [ "${named%%@*}" = "$manager" ] && [ "$manager" != bun ] && command -v corepack > /dev/null; then program=(corepack "$manager"); fi
  command -v "${program[0]}" > /dev/null || { echo "$manager is not installed" && exit 1; }
  if [ "$manager" = yarn ]; then
    # Each of the two would write the other's lock file anew, in its own format.
    major=$("${program[@]}" --version | cut -d . -f 1) || exit 1
    if { [ "$major" = 1 ] && is_berry "$1"; } || { [ "$major" != 1 ] && ! is_berry "$1"; }; then
      echo "yarn $major is installed, and another one wrote $1"
      exit 1
    fi
  fi
  "${program[@]}" "${arguments[@]}"
)

# Brings up to date what the files named in a list, with a NUL after each, call for. `updated` and `stale` are lists of lock files, one a line.
update_locks() {
  local changed lock
  updated='' stale=''
  while IFS= read -r -d '' changed; do
    case ${changed##*/} in
      package.json | pnpm-workspace.yaml | .yarnrc.yml) lock_for "$changed" ;;
    esac
  done < "$1" | sort -u > "$work/locks"
  while IFS= read -r lock; do
    lock_command "$lock"
    say "$lock: $manager ${arguments[*]}"
    # Half of an update is none: what is not listed as up to date is not committed. And the list is not for the manager to read.
    if run_manager "$lock" < /dev/null 2>&1 | quoted; then updated+=$lock$'\n'; else stale+=$lock$'\n'; fi
  done < "$work/locks"
}

# The first lines of the body where lock files are not up to date.
stale_warning() {
  local lock shown=0 count
  count=$(printf '%s' "$stale" | grep -c '')
  printf '> [!WARNING]\n> **%s not up to date.** The package manager could not do it here, see the log of [this run](%s).\n' \
    "$([ "$count" = 1 ] && echo "A lock file is" || echo "$count lock files are")" "$run_address"
  printf '> Installs with a frozen lock file fail until it is. Run this on the branch and commit what it changes:\n>\n> ```sh\n'
  while IFS= read -r lock; do
    lock_command "$lock"
    shown=$((shown + 1))
    if [ "$shown" -gt 20 ]; then
      printf '> # and so for %s more\n' "$((count - 20))"
      break
    fi
    if [ "$(dirname "$lock")" = . ]; then printf '> %s %s\n' "$manager" "${arguments[*]}"
    else printf '> (cd %q && %s %s)\n' "$(dirname "$lock")" "$manager" "${arguments[*]}"; fi
  done <<< "${stale%$'\n'}"
  # shellcheck disable=SC2016 # the end of a block of Markdown
  printf '> ```\n\n'
}
