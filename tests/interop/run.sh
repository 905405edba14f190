#!/usr/bin/env bash
# Drives the built server with the official clients, over stdio and HTTP. Ends with "N passed, N failed".
#
#   tests/interop/run.sh            builds, installs what is missing, runs
#   tests/interop/run.sh --no-build uses the Release build that is there
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
source "$here/../conformance/node.sh"

# SUPPORTSTATE_PROGRAM names another program to drive, for example a native one.
if [[ -z ${SUPPORTSTATE_PROGRAM:-} && ${1:-} != --no-build ]]; then
  dotnet build -c Release --nologo -v quiet "$root/src/SupportStateMcp" || exit 1
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

# Two servers on the same conversations: as it is, and with sessions for older clients.
address=http://127.0.0.1:$(free_port)
"$SERVER" http --url "$address" --data "$work/http" >"$work/http.log" 2>&1 &
served+=($!)
answers "$address/health/live" || { cat "$work/http.log"; exit 1; }
with_sessions=http://127.0.0.1:$(free_port)
SUPPORTSTATE__HTTP__SESSIONS=handshake "$SERVER" http --url "$with_sessions" --data "$work/http" >"$work/sessions.log" 2>&1 &
served+=($!)
answers "$with_sessions/health/live" || { cat "$work/sessions.log"; exit 1; }

# One file at a time: the tests share their stores and their cases.
export SERVER_URL=$address/mcp SESSIONS_URL=$with_sessions/mcp STDIO_DATA=$work/stdio BRIDGE_DATA=$work/bridge MCP_INSPECTOR_HOME=$work/inspector MCP_CATALOG_PATH=$work/inspector.json
timeout 150 "$node" --test --test-concurrency=1 --test-timeout=40000 \
  --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=tap --test-reporter-destination="$work/results.tap" "$here"/*.test.mjs
code=$?

count() { sed -n "s/^# $1 //p" "$work/results.tap" | tail -1; }
echo "$(count pass) passed, $(count fail) failed"
exit $code
