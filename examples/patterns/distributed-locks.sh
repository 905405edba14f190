#!/usr/bin/env bash
# Distributed, with locks: several processes change one conversation at once. Each write compares the version that it was decided on; who comes too
# late decides again, and under contention they queue for a lock. Here nobody tries again without the lock.
. "$(dirname "$0")/common.sh"
export SUPPORTSTATE__CONCURRENCY__RETRYATTEMPTS=0
export SUPPORTSTATE__CONCURRENCY__LOCKTIMEOUT=60000
processes=6

heading "A task with $processes steps, and as many processes that do one each, at once"
supportstate open TKT-1 --user maria --json > /dev/null
steps=()
for n in $(seq "$processes"); do steps+=(--step "step $n"); done
task=$(supportstate task new TKT-1 'Restore the login' "${steps[@]}" --json | member task_id)
before=$(supportstate show TKT-1 --json | member version)
workers=()
for n in $(seq "$processes"); do
  SUPPORTSTATE_AS=human:agent-$n supportstate task advance "$task" step_complete --json > "$data/worker-$n.json" &
  workers+=($!)
done
for worker in "${workers[@]}"; do wait "$worker"; done

heading 'What came of it'
supportstate task show "$task"
supportstate task show "$task" --json > "$data/task.json"
holds 'every process completed a step' "$(cat "$data"/worker-*.json | grep -o '"replayed":false' | wc -l | tr -d ' ')" "$processes"
holds 'no step was done twice, and none was lost' "$(member steps_completed < "$data/task.json")" "[$(for n in $(seq "$processes"); do printf '"step %s",' "$n"; done | sed 's/,$//')]"
holds 'one version for each' "$(member version < "$data/task.json")" "$((before + processes))"
holds 'each by another' "$(supportstate events TKT-1 --json | grep -o '"actor":"human:agent-[0-9]*"' | sort -u | wc -l | tr -d ' ')" "$processes"
supportstate task advance "$task" task_complete --json > "$data/done.json"
holds 'and the task is done' "$(member status < "$data/done.json")" done
