#!/usr/bin/env bash
# Tiered: what is in the window, what the conversation keeps, and what outlives it.
. "$(dirname "$0")/common.sh"

# What is refused is shown, too.
desk() { supportstate "$@" 2>&1 || true; }

heading "Hot: the window, the last messages of a conversation"
desk open TKT-1 --user CUST001 --description "The login page sends me back to itself since the update." > /dev/null
for n in 1 2 3; do desk message TKT-1 "Message number $n about the login page." > /dev/null; done
desk reply TKT-1 "Please delete the cookies of our domain and log in again: the session cookie of the old version was kept." > /dev/null
window=$(desk history TKT-1 --limit 2)
shows "the window has the last two messages" "$window" "delete the cookies"
shows "what is older is not in it" "$(grep -c 'number 1' <<<"$window" || true)" "^0$"

heading "Warm: the conversation, whole, while it lives"
shows "it still has the first message" "$(desk history TKT-1)" "number 1"
desk memory remember "Wants to be written to, not called." --conversation TKT-1 --kind preference --key contact > /dev/null
for state in processing awaiting_confirmation; do desk move TKT-1 "$state" > /dev/null; done
# The last change says how long it lives from then on.
SUPPORTSTATE__PERSISTENCE__TTL=30 desk move TKT-1 resolved > /dev/null

heading "Long term: the customer's memories, after the conversation is gone"
for _ in $(seq 120); do
  desk show TKT-1 | grep -q "expired" && break
  sleep 1
done
shows "the conversation has expired" "$(desk show TKT-1)" "expired"
shows "what happened is remembered, with the answer" "$(desk memory recall "login page" --customer CUST001)" "delete the cookies"
shows "so is what the customer wants" "$(desk memory recall "contact" --customer CUST001)" "not called"
shows "and for no other customer" "$(desk memory recall "login page" --customer CUST002)" "Nothing is remembered"
