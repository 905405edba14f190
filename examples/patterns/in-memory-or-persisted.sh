#!/usr/bin/env bash
# In memory or persisted: what is left of an agent's state after a kill -9. Of what it kept in its own memory nothing, of what it gave to this
# server all.
. "$(dirname "$0")/common.sh"
export -f supportstate
export data here

heading "An agent works, keeps the same thing in both places, and is killed"
killed=$(bash -c '
  tried="the password was reset"
  supportstate open TKT-1 --user CUST001 --description "Locked out." > /dev/null
  supportstate reply TKT-1 "I have reset your password." --message-id first > /dev/null
  supportstate memory remember "Tried: $tried." --conversation TKT-1 --key tried > /dev/null
  echo "it knows: $tried"
  kill -9 $$' 2>/dev/null || true)
shows "before the kill it knew what was tried" "$killed" "password was reset"

heading "The next agent, in a new process"
shows "of the variable nothing is left" "it knows: ${tried:-nothing}" "nothing"
shows "the answer is in the history" "$(supportstate history TKT-1)" "reset your password"
shows "what was tried is remembered" "$(supportstate memory recall tried --customer CUST001)" "the password was reset"
supportstate reply TKT-1 "I have reset your password." --message-id first > /dev/null
shows "a repeat of the answer is stored once" "$(supportstate history TKT-1 | grep -c "reset your password")" "^1$"
