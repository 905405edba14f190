# What the examples of this folder share; each is started by itself.
#
# SUPPORTSTATE: the program; without it, the sources beside this folder are built and run.
set -euo pipefail
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
export SUPPORTSTATE_AS=human:alice

supportstate() {
  if [ -n "${SUPPORTSTATE:-}" ]; then
    "$SUPPORTSTATE" "$@" --data "$data"
  else
    dotnet run --project "$here/../../src/SupportStateMcp" -- "$@" --data "$data"
  fi
}

# A member of the JSON document on the input, the last of its name: a text without its quotation marks, anything else as it is written.
member() {
  grep -oE "\"$1\":(\"[^\"]*\"|\[[^]]*\]|[^,}]*)" | tail -n 1 | sed -E 's/^"[^"]*"://; s/^"(.*)"$/\1/'
}

heading() { printf '── %s\n' "$1"; }

# Says that a text has to have a pattern in it, and ends the example where it has not.
shows() {
  if grep -qE -- "$3" <<<"$2"; then
    printf '✓ %s\n' "$1"
  else
    printf '✗ %s: %s\n' "$1" "$2"
    exit 1
  fi
}

# Says what was expected, and ends the example where it is not so.
holds() {
  if [ "$2" = "$3" ]; then
    printf '✓ %s\n' "$1"
  else
    printf '✗ %s: %s, not %s\n' "$1" "$2" "$3"
    exit 1
  fi
}
