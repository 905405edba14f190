#!/usr/bin/env bash
# Drives the built server with the official clients and with the frameworks that agents are written in, over stdio and
# HTTP. Ends with "N passed, N failed".
#
#   tests/interop/run.sh            builds, installs what is missing, runs
#   tests/interop/run.sh --no-build uses the Release build that is there
#   tests/interop/run.sh --clients  without the frameworks, whose install is large
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
source "$here/../conformance/node.sh"
frameworks=$here/frameworks
tests=("$here"/*.test.mjs)
[[ ${1:-} == --clients ]] || tests+=("$frameworks"/*.test.mjs)
if [[ ${1:-} != --clients && ! -d $frameworks/node_modules/@mastra/mcp ]]; then
  npm ci --prefix "$frameworks" --ignore-scripts --no-audit --no-fund --loglevel=error || exit 1
fi

# SUPPORTSTATE_PROGRAM names another program to drive, for example a native one.
if [[ -z ${SUPPORTSTATE_PROGRAM:-} && ${1:-} != --no-build ]]; then
  dotnet build -c Release -p:RunAnalyzers=false --nologo -v quiet "$root/src/SupportStateMcp" || exit 1
fi
export SERVER=${SUPPORTSTATE_PROGRAM:-$root/src/SupportStateMcp/bin/Release/net10.0/SupportStateMcp}

work=$(mktemp -d)
served=()
stop() {
  ((${#served[@]})) && kill "${served[@]}" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

# What tickets are worked with, for each store.
for store in http stdio bridge inspector; do
  "$SERVER" sample-data load --data "$work/$store" --roles supervisor >/dev/null || exit 1
done

# Three servers on the same conversations: as it is, with sessions for older clients, and with a token for everybody.
address=http://127.0.0.1:$(free_port)
"$SERVER" http --url "$address" --data "$work/http" >"$work/http.log" 2>&1 &
served+=($!)
answers "$address/health/live" || { cat "$work/http.log"; exit 1; }
with_sessions=http://127.0.0.1:$(free_port)
SUPPORTSTATE__HTTP__SESSIONS=handshake "$SERVER" http --url "$with_sessions" --data "$work/http" >"$work/sessions.log" 2>&1 &
served+=($!)
answers "$with_sessions/health/live" || { cat "$work/sessions.log"; exit 1; }

field() { "$node" -p 'JSON.parse(process.argv[1])[process.argv[2]]' "$1" "$2"; }
agent=$("$SERVER" token create --actor ai:agent --json) || exit 1
person=$("$SERVER" token create --actor human:alice --roles approver --json) || exit 1
guarded=http://127.0.0.1:$(free_port)
env "SUPPORTSTATE__HTTP__TOKENS__0__SHA256=$(field "$agent" sha256)" SUPPORTSTATE__HTTP__TOKENS__0__ACTOR=ai:agent \
  "SUPPORTSTATE__HTTP__TOKENS__1__SHA256=$(field "$person" sha256)" SUPPORTSTATE__HTTP__TOKENS__1__ACTOR=human:alice \
  SUPPORTSTATE__HTTP__TOKENS__1__ROLES=approver \
  "$SERVER" http --url "$guarded" --data "$work/http" >"$work/guarded.log" 2>&1 &
served+=($!)
answers "$guarded/health/live" || { cat "$work/guarded.log"; exit 1; }

# One file at a time: the tests share their stores and their cases. A client that could not connect may leave a process
# behind, which ends with its file.
export SERVER_URL=$address/mcp SESSIONS_URL=$with_sessions/mcp GUARDED_URL=$guarded/mcp
AGENT_TOKEN=$(field "$agent" token)
PERSON_TOKEN=$(field "$person" token)
export AGENT_TOKEN PERSON_TOKEN FRAMEWORKS_DATA=$work/frameworks
# No framework sends anything about its runs.
export OPENAI_AGENTS_DISABLE_TRACING=1 MASTRA_TELEMETRY_DISABLED=1 LANGSMITH_TRACING=false
export STDIO_DATA=$work/stdio BRIDGE_DATA=$work/bridge MCP_INSPECTOR_HOME=$work/inspector MCP_CATALOG_PATH=$work/inspector.json
timeout 600 "$node" --test --test-concurrency=1 --test-force-exit --test-timeout=180000 \
  --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=tap --test-reporter-destination="$work/results.tap" "${tests[@]}"
code=$?

# A file that ran out of time counts as cancelled; a run that did has no counts at all.
count() { sed -n "s/^# $1 //p" "$work/results.tap" | tail -1 | grep . || echo 0; }

# The demo and the example of tickets, as a newcomer runs them; the example finds its client where the suite's is.
demo=http://127.0.0.1:$(free_port)
"$SERVER" http --demo --url "$demo" --data "$work/demo" >"$work/demo.log" 2>&1 &
served+=($!)
answers "$demo/health/live" || { cat "$work/demo.log"; exit 1; }
"$root/examples/tickets/eight-signs.sh" "$demo" || code=1
cp -r "$root/examples/tickets" "$work/tickets"
ln -sfn "$here/../conformance/node_modules" "$work/tickets/node_modules"
SERVER_URL=$demo env -u AGENT_TOKEN -u PERSON_TOKEN "$node" "$work/tickets/work.mjs" || code=1
SERVER_URL=$guarded AGENT_TOKEN=$AGENT_TOKEN PERSON_TOKEN=$PERSON_TOKEN "$node" "$work/tickets/work.mjs" || code=1
echo "$(count pass) passed, $(($(count fail) + $(count cancelled))) failed"
exit $code
