#!/usr/bin/env bash
# Event sourced: the state of a conversation is what its events come to. Nothing is overwritten, so every moment can be looked at again.
. "$(dirname "$0")/common.sh"

heading 'A conversation, in five events and more'
supportstate open TKT-1 --user maria --json > /dev/null
supportstate task new TKT-1 'Restore the login' --step 'Check the lock' --step 'Send a link' --json > "$data/task.json"
task=$(member task_id < "$data/task.json")
planned=$(member version < "$data/task.json")
supportstate task advance "$task" step_complete --json > /dev/null
supportstate move TKT-1 processing --reason 'the lock is checked' --json > /dev/null
supportstate events TKT-1

heading 'The version of a conversation is the number of its events'
events=$(supportstate events TKT-1 --json | grep -o '"type":' | wc -l | tr -d ' ')
supportstate show TKT-1 --json > "$data/now.json"
holds 'every change is an event, and every event a version' "$events" "$(member version < "$data/now.json")"

heading "Folding the first $planned events again"
supportstate show TKT-1 --at "$planned" --json > "$data/then.json"
holds 'the state of then' "$(member state < "$data/then.json")" gathering_info
holds 'the state of now' "$(member state < "$data/now.json")" processing
holds 'looking back changed nothing' "$(supportstate show TKT-1 --json | member version)" "$events"
