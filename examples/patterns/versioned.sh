#!/usr/bin/env bash
# Versioned: a version gets a name before something is tried, and where it goes wrong the conversation goes back to it. What the
# customer saw is not taken back, and the trail goes on.
. "$(dirname "$0")/common.sh"

heading 'Before something is tried'
supportstate open TKT-1 --user maria --json > /dev/null
supportstate claim TKT-1 --json > /dev/null
supportstate task new TKT-1 'Restore the login' --step 'Send a link' --json > "$data/task.json"
supportstate checkpoint TKT-1 before-reset
named=$(supportstate checkpoints TKT-1 --json | member version)

heading 'What went wrong'
supportstate task advance "$(member task_id < "$data/task.json")" step_complete --json > /dev/null
supportstate task new TKT-1 'Close the account of somebody else' --json > /dev/null
supportstate reply TKT-1 'I have sent you a link.' --json > /dev/null
holds 'two tasks' "$(supportstate task list TKT-1 --json | grep -o '"task_id":' | wc -l | tr -d ' ')" 2

heading 'The way back'
supportstate rollback TKT-1 --to before-reset --reason 'the wrong account'
supportstate task list TKT-1 --json > "$data/tasks.json"
holds 'one task again' "$(grep -o '"task_id":' "$data/tasks.json" | wc -l | tr -d ' ')" 1
holds 'its step is open again' "$(member current_step < "$data/tasks.json")" 'Send a link'
holds 'what the customer read is still there' "$(supportstate show TKT-1 --json | member message_count)" 1
holds 'who may not go back, cannot' "$(SUPPORTSTATE_AS=human:bob supportstate rollback TKT-1 --to "$named" --json | member code)" not_owner
holds 'the trail tells of the way back' "$(supportstate events TKT-1 --json | grep -o '"type":"rolled_back"' | wc -l | tr -d ' ')" 1
