# shellcheck shell=bash
# The tool: where it is, its arguments, one run for all views; and how the runner is told.

# A line that starts with :: is an order to the runner, so what comes from outside must not begin one.
escaped() {
  local text=${1//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

# What others print, names of files among it, with none of its lines at the beginning of one.
quoted() { tr '\r' '\n' | sed 's/^/| /'; }

say() { printf 'convex-clerk: %s\n' "$(escaped "$*")"; }

# For what the tool itself did not say. 2 is its code for "could not run".
fail() {
  printf '::error title=convex-clerk::%s\n' "$(escaped "$*")"
  exit 2
}

output() { printf '%s=%s\n' "$1" "$(escaped "$2")" >> "${GITHUB_OUTPUT:-/dev/null}"; }

absolute() {
  case $1 in
    /* | [A-Za-z]:*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$PWD" "$1" ;;
  esac
}

find_tool() {
  if [ -n "$CLERK_BINARY" ]; then
    tool=$(absolute "$CLERK_BINARY")
    [ -x "$tool" ] || fail "binary is no program: $CLERK_BINARY"
    return
  fi
  [[ $CLERK_VERSION =~ ^[0-9A-Za-z][0-9A-Za-z.+-]*$ ]] || fail "version is no version: $CLERK_VERSION"
  command -v npm > /dev/null || fail "npm is missing: add actions/setup-node before this step, or name a binary"
  # Away from the repository, whose .npmrc has no say in what runs here.
  mkdir "$work/tool"
  (cd "$work/tool" && npm install --prefix . --ignore-scripts --no-save --no-audit --no-fund --loglevel=error \
    "convex-clerk@$CLERK_VERSION" 1>&2) || fail "convex-clerk@$CLERK_VERSION could not be installed"
  tool=$work/tool/node_modules/.bin/convex-clerk
}

# The arguments of every run, in `flags`.
collect_flags() {
  local line
  flags=()
  while IFS= read -r line || [ -n "$line" ]; do
    [ -z "$line" ] || flags+=("--app=$line")
  done <<< "${CLERK_APP%$'\n'}"
  [ -z "$CLERK_GATE" ] || flags+=("--gate=$CLERK_GATE")
  case $CLERK_REFUSED_OK in
    true) flags+=(--refused-ok) ;;
    false) ;;
    *) fail "refused-ok is true or false, not $CLERK_REFUSED_OK" ;;
  esac
  while IFS= read -r line || [ -n "$line" ]; do
    [ -z "$line" ] || flags+=("$line")
  done <<< "${CLERK_ARGS%$'\n'}"
  [ -z "$sarif" ] || flags+=(--output "sarif=$sarif")
}

# One run that makes all views, with the arguments given; its code is in `code`.
make_plan() {
  code=0
  # An empty array is unset for the bash of macOS.
  "$tool" migrate "$@" ${flags[@]+"${flags[@]}"} \
    --output "json=$plan" --output "markdown=$summary" --output "diff=$patch" -- "$CLERK_PATH" \
    2> "$work/said" || code=$?
  quoted < "$work/said"
  output exit-code "$code"
  case $code in
    0 | 1 | 3) ;;
    *) printf '::error title=convex-clerk::it could not run: the log of this step says why\n' && exit "$code" ;;
  esac
  output plan "$plan"
  output patch "$patch"
  output summary "$summary"
  cat "$summary" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
  if [ -s "$patch" ]; then output changed true; else output changed false; fi
}
