#!/usr/bin/env bash
# Runs the official MCP conformance suite against the host with the suite's fixtures, against the same host with sessions
# for clients of the initialize handshake, and against the product itself, each at both protocol revisions. Exits with 0
# where every result is the expected one.
#
#   tests/conformance/run.sh            builds, installs what is missing, runs
#   tests/conformance/run.sh --no-build uses the build that is there
#
# CONFIGURATION names another build than Release.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
source "$here/node.sh"

configuration=${CONFIGURATION:-Release}
[[ ${1:-} == --no-build ]] || dotnet build -c "$configuration" -p:RunAnalyzers=false --nologo -v quiet "$root/tests/SupportStateMcp.ConformanceHost" || exit 1
product=$root/src/SupportStateMcp/bin/$configuration/net10.0/SupportStateMcp
fixtures=$root/tests/SupportStateMcp.ConformanceHost/bin/$configuration/net10.0/SupportStateMcp.ConformanceHost
suite=$here/node_modules/@modelcontextprotocol/conformance/dist/index.js

work=$(mktemp -d)
servers=()
stop() {
  ((${#servers[@]})) && kill "${servers[@]}" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

fixtures_url=http://127.0.0.1:$(free_port)
handshake_url=http://127.0.0.1:$(free_port)
product_url=http://127.0.0.1:$(free_port)
"$fixtures" --url "$fixtures_url" --sessions none >"$work/fixtures.log" 2>&1 &
servers+=($!)
"$fixtures" --url "$handshake_url" --sessions handshake >"$work/handshake.log" 2>&1 &
servers+=($!)
"$product" http --url "$product_url" --data "$work/cases" >"$work/product.log" 2>&1 &
servers+=($!)
answers "$fixtures_url/health/live" || { cat "$work/fixtures.log"; exit 1; }
answers "$handshake_url/health/live" || { cat "$work/handshake.log"; exit 1; }
answers "$product_url/health/live" || { cat "$work/product.log"; exit 1; }

# Both revisions of a server one after the other, the servers side by side: the suite mostly waits.
check() {
  local server=$1 url=${1}_url revision
  for revision in 2026-07-28 2025-11-25; do
    local log=$work/$server-$revision.log
    (cd "$work" && timeout 180 "$node" "$suite" server --url "${!url}/mcp" --requirements "$revision" \
      --expected-failures "$here/$server-$revision.yml") >"$log" 2>&1
    echo $? >"$work/$server-$revision.code"
  done
}

checks=()
for server in fixtures handshake product; do
  check "$server" &
  checks+=($!)
done
wait "${checks[@]}"

declare -A product_lacks=([product]=tasks-)
unexpected=0
for server in fixtures handshake product; do
  for revision in 2026-07-28 2025-11-25; do
    log=$work/$server-$revision.log
    code=$(<"$work/$server-$revision.code")
    echo "== $server, revision $revision: $([[ $code == 0 ]] && echo as expected || echo "UNEXPECTED (exit code $code)")"
    sed -n '/=== SUMMARY ===/,/^Total/p' "$log" | grep -E '^(✓|✗)' | grep -v "^✗ ${product_lacks[$server]:- }"
    # Extensions do not count for the suite; here that of tasks does, where there are fixtures for it.
    if [[ $server != product ]] && grep -qE '^✗ tasks-' "$log"; then
      unexpected=1
      echo "The tasks extension is broken."
    fi
    if [[ $code != 0 ]]; then
      unexpected=1
      sed -n '/^Total/,$p' "$log"
    fi
  done
done

exit $unexpected
