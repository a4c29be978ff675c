# shellcheck shell=bash
# Looks and writes nothing: annotations in the log, the Markdown in the summary of the job.

check() {
  # Annotations are lines of stdout that the runner reads.
  make_plan --check --format github
  case $code in
    0) [ ! -s "$patch" ] || say "changes are needed" ;;
    1) say "changes are needed: the summary of the job shows them" ;;
    3) say "an app was refused or is not supported: the summary of the job says why" ;;
  esac
  exit "$code"
}
