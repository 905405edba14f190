#!/usr/bin/env bash
# Shows what is left of an agent's state after a kill -9: nothing of what it kept in its own memory, all of what it gave to this server. Ends with
# 0 where all is so.
#
#   examples/patterns/in-memory-or-persisted.sh [SupportStateMcp]
set -euo pipefail
program=${1:-SupportStateMcp}
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
failed=0

sign() { # what, where it has to stand, a pattern
  if grep -qE -- "$3" <<<"$2"; then echo "✓ $1"; else echo "✗ $1: $2"; failed=1; fi
}

echo "── An agent works, keeps the same thing in both places, and is killed"
killed=$(bash -c '
  tried="the password was reset"
  "$1" open TKT-1 --user CUST001 --description "Locked out." --data "$2" > /dev/null
  "$1" reply TKT-1 "I have reset your password." --message-id first --data "$2" > /dev/null
  "$1" memory remember "Tried: $tried." --conversation TKT-1 --key tried --data "$2" > /dev/null
  echo "it knows: $tried"
  kill -9 $$' agent "$program" "$data" 2>/dev/null || true)
sign "before the kill it knew what was tried" "$killed" "password was reset"

echo "── The next agent, in a new process"
sign "of the variable nothing is left" "it knows: ${tried:-nothing}" "nothing"
sign "the answer is in the history" "$("$program" history TKT-1 --data "$data")" "reset your password"
sign "what was tried is remembered" "$("$program" memory recall tried --customer CUST001 --data "$data")" "the password was reset"
"$program" reply TKT-1 "I have reset your password." --message-id first --data "$data" > /dev/null
sign "a repeat of the answer is stored once" "$("$program" history TKT-1 --data "$data" | grep -c "reset your password")" "^1$"
exit $failed
