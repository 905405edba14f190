#!/usr/bin/env bash
# Shows on a server that was started with --demo that a ticket is worked whole, in eight signs. Ends with 0 where all are there.
#
#   SupportStateMcp http --demo &
#   examples/tickets/eight-signs.sh [http://127.0.0.1:3001]
set -euo pipefail
server=${1:-http://127.0.0.1:3001}
ticket=SIGN-$$-$(date +%s)
failed=0

sign() { # what, where it has to stand, a pattern
  if grep -qE -- "$3" <<<"$2"; then echo "✓ $1"; else echo "✗ $1"; failed=1; fi
}
post() { curl -sS -X POST -H 'Content-Type: application/json' -d "$2" "$server$1"; }

data=$(curl -sS "$server/health/data")
sign "sample data is there" "$data" '"missing":\[\]'
started=$(post /support/ticket "{\"ticket_id\":\"$ticket\",\"customer_id\":\"CUST001\",\"description\":\"The Dapr sidecar does not start after the upgrade of the control plane.\"}")
sign "1 the roles are registered: the run has its steps" "$(curl -sS "$server/support/status/$ticket")$started" '"role":"triage".*"role":"expert".*"role":"notification"'
waiting=$(curl -sS "$server/support/status/$ticket?wait=30")
sign "2 the customer is found, and entitled" "$waiting" '"entitled":true'
sign "3 at least three queries were made" "$waiting" '"queries":([3-9]|[1-9][0-9])'
sign "4 the analysis is stored" "$waiting" '"analysis":\{.*"citations":\["'
sign "5 the solution was published as an event" "$waiting" '"event":"solution.ready"'
approved=$(post "/support/approve/$ticket" '{"approved":true,"support_notes":"looks right"}')
sign "6 the approval is answered" "$approved" '"status":"approval_sent"'
done=$(curl -sS "$server/support/status/$ticket?wait=30")
sign "7 the letter is made" "$done" '"notification":\{"message":"'
sign "8 the ticket is COMPLETED" "$done" '"status":"COMPLETED".*"outcome":"solution_sent"'
exit $failed
