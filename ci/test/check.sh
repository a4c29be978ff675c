# shellcheck shell=bash
# check mode.

needed() {
  copy react/quickstart && checkout
  local before
  before=$(tree "$scratch/repository")
  action sarif=results.sarif
  equal 1 "$status"
  contains '::notice file=src/main.tsx,line=11,' "$log"
  contains '## Move to Clerk' "$(cat "$scratch/summary")"
  equal true "$(output changed)"
  equal 1 "$(output exit-code)"
  contains '"2.1.0"' "$(cat "$scratch/repository/results.sarif")"
  rm "$scratch/repository/results.sarif"
  equal "$before" "$(tree "$scratch/repository")"
  git -C "$scratch/repository" apply --index "$(output patch)"
  equal "$(after react/quickstart)" "$(tree "$scratch/repository")"
  equal "$(cat "$scratch/summary")" "$(cat "$(output summary)")"
  contains '"version": 1' "$(cat "$(output plan)")"
}
check "changes that are needed fail the check, with annotations, a summary, SARIF, a patch and a plan" needed

not_needed() {
  copy react/already-on-clerk && checkout
  action
  equal 0 "$status"
  equal false "$(output changed)"
  contains 'Nothing is to be changed.' "$(cat "$scratch/summary")"
}
check "an app on Clerk passes" not_needed

refused() {
  copy react/provider-in-an-array && checkout
  action
  equal 3 "$status"
  contains '::error file=src/main.tsx' "$log"
  equal 3 "$(output exit-code)"
  action refused-ok=true
  equal "0 false" "$status $(output changed)"
}
check "a refused app fails the check, unless that is allowed" refused

mixed() {
  copy react/quickstart react/provider-in-an-array && checkout
  action
  equal "3 true" "$status $(output changed)"
  action refused-ok=true
  equal "1 true" "$status $(output changed)"
}
check "a refused app does not hide that another one has to change" mixed

nothing_there() {
  mkdir "$scratch/repository"
  git -C "$scratch/repository" init --quiet
  action
  equal 2 "$status"
  contains '::error title=convex-clerk::' "$log"
  contains 'no package.json' "$log"
  equal 2 "$(output exit-code)"
  equal "" "$(output changed)"
}
check "an empty repository is said, not passed over" nothing_there

chosen() {
  copy react/quickstart react/gate-shop react/provider-in-an-array && checkout
  action "app=quickstart
gate-shop"
  equal 1 "$status"
  never grep -q provider-in-an-array "$(output plan)"
  grep -q AuthLoading "$(output patch)"
  action "app=gate-shop" gate=none "args=--issuer-env
MY_ISSUER"
  never grep -q AuthLoading "$(output patch)"
  never grep -q quickstart "$(output patch)"
  grep -q MY_ISSUER "$(output patch)"
  action path=provider-in-an-array
  equal 3 "$status"
  action working-directory=gate-shop path=../quickstart sarif=s.sarif
  equal 1 "$status"
  [ -s "$scratch/repository/gate-shop/s.sarif" ]
}
check "apps, the gate, the folders and other arguments can be given" chosen

inputs_are_data() {
  copy react/quickstart && checkout
  local input odd
  # shellcheck disable=SC2016 # not to be expanded is what is tested
  odd='"; touch pwned; $(touch pwned) `touch pwned` '\''; touch pwned #'
  for mode in check pull-request; do
    for input in mode path working-directory version binary app gate args refused-ok base branch title; do
      [ "$input" != mode ] || [ "$mode" = check ] || continue
      action "mode=$mode" "$input=$odd" $([ "$input" != version ] || echo binary=)
      if [ "$input" != title ] || [ "$mode" = check ]; then [ "$status" != 0 ]; fi
      equal "" "$(find "$scratch/repository" "$ACTION" -name 'pwned*')"
    done
  done
  equal "$odd" "$(git -C "$scratch/origin.git" log -1 --format=%s convex-clerk/migrate)"
}
check "inputs are data, whatever is in them" inputs_are_data

# An input that would begin a line of its own must not order anything; `action` looks for it in each log.
inputs_order_nothing() {
  copy react/quickstart && checkout
  local input order
  for order in $'x\n::add-mask::x' $'x\r::add-mask::x'; do
    for input in mode path working-directory version binary app refused-ok base branch title lock-files; do
      [[ $input != title || $order = *$'\n'* ]] || continue
      action mode=pull-request "$input=$order" $([ "$input" != version ] || echo binary=)
      equal 2 "$status"
    done
  done
}
check "no input is an order to the runner" inputs_order_nothing

from_npm() {
  copy react/quickstart && checkout
  action binary=
  equal 1 "$status"
  local flags='install --prefix . --ignore-scripts --no-save --no-audit --no-fund --loglevel=error'
  equal "$flags convex-clerk@$FAKE_VERSION" "$(cat "$FAKE/installed")"
  [ ! -e "$scratch/repository/node_modules" ]
  action binary= version=1.2.3-rc.1
  equal "$flags convex-clerk@1.2.3-rc.1" "$(cat "$FAKE/installed")"
  action binary= version=file:../evil
  equal 2 "$status"
}
check "the tool comes from npm in the version that is named, by default in that of this repository" from_npm

apps_with_locks() {
  local number
  for number in $(seq "$1"); do
    mkdir -p "$scratch/repository/apps/app-$number"
    cp -R "$root/fixtures/react/quickstart/before/." "$scratch/repository/apps/app-$number"
    echo '{}' > "$scratch/repository/apps/app-$number/package-lock.json"
  done
  checkout
}

forty_checked() {
  apps_with_locks 40
  action
  equal 1 "$status"
  equal 160 "$(grep -c '^diff --git' "$(output patch)")"
  equal 40 "$(grep -c '^| `apps/app-' "$scratch/summary")"
}
check "40 apps are looked at in one run" forty_checked
