#!/usr/bin/env bash
# Tries what packaging/pack.sh made, as a user would, in folders of its own: installs the tool from a local feed, runs it by
# dnx under MCP Inspector, and starts the program in the bundle as Claude Desktop would. Ends with "N passed, N failed".
#
#   tests/package/run.sh FEED
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/../conformance/node.sh"
feed=$(cd "${1:?the folder with the packages}" && pwd)
version=$(sed -n 's/.*<Version>\(.*\)<.*/\1/p' "$here/../../Directory.Build.props")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Nothing but the feed, and nothing that an earlier run left.
cat >"$work/nuget.config" <<CONFIG
<configuration><packageSources><clear /><add key="feed" value="$feed" /></packageSources></configuration>
CONFIG
export NUGET_PACKAGES=$work/packages DOTNET_CLI_HOME=$work/home DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export MCP_INSPECTOR_HOME=$work/inspector
cd "$work"

passed=0 failed=0
check() {
  local name=$1 wanted=$2
  shift 2
  local answer
  if answer=$(timeout 90 "$@" 2>&1) && grep -qF -- "$wanted" <<<"$answer"; then
    echo "✓ $name"
    passed=$((passed + 1))
  else
    printf '✗ %s: wanted %s, got\n%s\n' "$name" "$wanted" "$answer"
    failed=$((failed + 1))
  fi
}

check "the tool is installed from the feed" "version '$version') was successfully installed" \
  dotnet tool install SupportStateMcp --version "$version" --tool-path "$work/tools" --configfile "$work/nuget.config"
check "its command runs" "$version" "$work/tools/supportstatemcp" --version
check "a person works with it" "cs-PACK-0 is open" "$work/tools/supportstatemcp" open PACK-0 --user maria --as human:maria --data "$work/data"
check "dnx runs it" "$version" dotnet dnx SupportStateMcp --version "$version" --yes --configfile "$work/nuget.config" -- --version

cat >"$work/hosts.json" <<CONFIG
{"mcpServers": {
  "dnx": {"command": "dotnet", "args": ["dnx", "SupportStateMcp", "--version", "$version", "--yes", "--configfile", "$work/nuget.config", "--", "--data", "$work/data"],
    "env": {"NUGET_PACKAGES": "$NUGET_PACKAGES", "DOTNET_CLI_HOME": "$DOTNET_CLI_HOME"}},
  "bundle": $("$node" "$here/bundle.mjs" "$feed/supportstatemcp.mcpb" "$work/bundle" "$work/data")}}
CONFIG
inspect() {
  "$node" "$packages/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js" --cli --config "$work/hosts.json" --server "$@"
}
export -f inspect
export node packages work
check "Inspector opens a conversation on the server that dnx runs" '"created": true' \
  bash -c 'inspect dnx --method tools/call --tool-name initialize_conversation --tool-arg ticket_id=PACK-1 user_id=maria'
check "the bundle's program serves the same folder" '"cs-PACK-1"' \
  bash -c 'inspect bundle --method tools/call --tool-name get_state --tool-arg conversation_id=cs-PACK-1'

echo "$passed passed, $failed failed"
((failed == 0))
