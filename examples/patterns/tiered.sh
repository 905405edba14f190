#!/usr/bin/env bash
# Shows the three tiers of an agent's memory: what is in the window, what the conversation keeps, and what outlives it. Ends with 0 where all is so.
#
#   examples/patterns/tiered.sh [SupportStateMcp]
set -euo pipefail
program=${1:-SupportStateMcp}
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
failed=0

desk() { "$program" "$@" --data "$data" 2>&1 || true; }
sign() { # what, where it has to stand, a pattern
  if grep -qE -- "$3" <<<"$2"; then echo "✓ $1"; else echo "✗ $1: $2"; failed=1; fi
}

echo "── Hot: the window, the last messages of a conversation"
desk open TKT-1 --user CUST001 --description "The login page sends me back to itself since the update." > /dev/null
for n in 1 2 3; do desk message TKT-1 "Message number $n about the login page." > /dev/null; done
desk reply TKT-1 "Please delete the cookies of our domain and log in again: the session cookie of the old version was kept." > /dev/null
window=$(desk history TKT-1 --limit 2)
sign "the window has the last two messages" "$window" "delete the cookies"
sign "what is older is not in it" "$(grep -c 'number 1' <<<"$window" || true)" "^0$"

echo "── Warm: the conversation, whole, while it lives"
sign "it still has the first message" "$(desk history TKT-1)" "number 1"
desk memory remember "Wants to be written to, not called." --conversation TKT-1 --kind preference --key contact > /dev/null
for state in processing awaiting_confirmation; do desk move TKT-1 "$state" > /dev/null; done
# The last change says how long it lives from then on.
SUPPORTSTATE__PERSISTENCE__TTL=30 desk move TKT-1 resolved > /dev/null

echo "── Long term: the customer's memories, after the conversation is gone"
for _ in $(seq 120); do
  desk show TKT-1 | grep -q "expired" && break
  sleep 1
done
sign "the conversation has expired" "$(desk show TKT-1)" "expired"
sign "what happened is remembered, with the answer" "$(desk memory recall "login page" --customer CUST001)" "delete the cookies"
sign "so is what the customer wants" "$(desk memory recall "contact" --customer CUST001)" "not called"
sign "and for no other customer" "$(desk memory recall "login page" --customer CUST002)" "Nothing is remembered"
exit $failed
