#!/usr/bin/env bash
# Migrates a copy of a fixture by the code action of a headless Neovim and compares it, byte for byte, with what the fixture has in
# before/ and after/; then tries the commands. Before that, the parts that need no fixture.
# Usage: run.sh NVIM BINARY FIXTURE_DIR, one with before/ and after/, whose case.toml has no `options` and no `rules`: the code action
# runs with the defaults.
set -euo pipefail

if [ $# -ne 3 ]; then
  echo "usage: $0 NVIM BINARY FIXTURE_DIR" >&2
  exit 2
fi
nvim=$1
CONVEX_CLERK=$(realpath "$2")
fixture=$(realpath "$3")
fixture=${fixture%/before}
TEST_FOLDER=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export CONVEX_CLERK TEST_FOLDER

for folder in before after; do
  [ -d "$fixture/$folder" ] || { echo "FAILED: no $folder/ in $fixture" >&2; exit 2; }
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for name in CONFIG DATA STATE CACHE RUNTIME; do
  folder=$scratch/xdg-$name
  mkdir -m 700 "$folder"
  case $name in
    RUNTIME) export XDG_RUNTIME_DIR=$folder ;;
    *) export "XDG_${name}_HOME=$folder" ;;
  esac
done
export HOME=$scratch NVIM_LOG_FILE=$scratch/nvim.log

# A new copy of before/ as a git repository, at "$1".
copy() {
  cp -R "$fixture/before" "$1"
  git -C "$1" init -q
  git -C "$1" -c core.autocrlf=false add -A
  git -C "$1" -c user.name=test -c user.email=test@localhost commit -q -m before
  PROVIDERS=$(cd "$1" && grep -rlE '<ConvexProvider\b' --include='*.tsx' --include='*.jsx' --include='*.ts' --include='*.js' . | sort)
  export PROVIDERS
}

# Runs a test's Lua file in Neovim, in "$2".
run() {
  local status=0
  (
    cd "$2"
    timeout --kill-after=5 40 "$nvim" --headless -u NONE -i NONE \
      --cmd "lua vim.opt.runtimepath:prepend(vim.fn.fnamemodify('$TEST_FOLDER', ':h'))" \
      --cmd "runtime plugin/convex_clerk.lua" -c "luafile $TEST_FOLDER/$1.lua"
  ) < /dev/null > "$scratch/said" 2>&1 || status=$?
  if [ "$status" -ne 0 ]; then
    cat "$scratch/said" >&2
    [ "$status" -eq 124 ] && echo "FAILED: Neovim did not end within 40 s" >&2
    echo "FAILED: $1.lua, status $status" >&2
    find "$XDG_STATE_HOME" "$XDG_CACHE_HOME" -name lsp.log -exec tail -n 20 {} + >&2
    exit 1
  fi
}

mkdir "$scratch/empty"
run edits "$scratch/empty"
echo "ok: what is made good around an edit"
run attach "$scratch/empty"
if "$nvim" --headless -u NONE -i NONE -c 'if !has("nvim-0.11") | cquit | endif' -c quit > "$scratch/said" 2>&1; then
  WITH_ENABLE=1 run attach "$scratch/empty"
fi
echo "ok: what starts the server"

copy "$scratch/app"
run migrate "$scratch/app"
cp -R "$fixture/before" "$scratch/wanted"
cp -R "$fixture/after/." "$scratch/wanted"
rm -rf "$scratch/app/.git"
if ! diff -r -u "$scratch/wanted" "$scratch/app" >&2; then
  echo "FAILED: the files differ from what the fixture has (-: wanted, +: written by Neovim)" >&2
  exit 1
fi
echo "ok: the code action of $("$nvim" --version | head -n 1)"

copy "$scratch/again"
run commands "$scratch/again"
rm -rf "$scratch/again/.git"
if ! diff -r -u "$scratch/wanted" "$scratch/again" >&2; then
  echo "FAILED: after :ConvexClerkMigrate the files differ from what the fixture has (-: wanted, +: written by Neovim)" >&2
  exit 1
fi
echo "ok: the commands"
