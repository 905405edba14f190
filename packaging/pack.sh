#!/usr/bin/env bash
# Makes what is handed out: the .NET tool (one package for each platform, and the one that points to them) and the bundle
# for Claude Desktop.
#
#   packaging/pack.sh OUT             everything: native for linux-x64, self-contained for win-x64 and osx-arm64, portable
#   packaging/pack.sh OUT linux-x64   the native package and a bundle for this platform alone; what CI tries
#
# Needs clang and zlib for the native program, and Node for the bundle.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mkdir -p "${1:?where to?}" && cd "$1" && pwd)
only=${2:-}
project=src/SupportStateMcp
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# The build has checked the sources already, and nobody gets the native symbols.
pack() { dotnet pack "$project" -c Release --nologo -v quiet -o "$out" -p:RunAnalyzers=false -p:NativeDebugSymbols=false "$@"; }

if [[ -z $only ]]; then
  pack
  rm "$out"/SupportStateMcp.linux-x64.*.nupkg
fi
pack -r linux-x64 -p:PublishAot=true
# Only the package that points to the others, which holds nothing that is built.
[[ -z $only ]] || pack --no-build -p:PublishAot=true

mkdir -p "$stage/server/linux"
cp "$project"/bin/Release/net10.0/linux-x64/publish/{SupportStateMcp,libe_sqlite3.so} "$stage/server/linux/"
cp packaging/mcpb/manifest.json LICENSE "$stage/"
if [[ -z $only ]]; then
  for platform in win-x64:win32 osx-arm64:darwin; do
    dotnet publish "$project" -c Release --nologo -v quiet -r "${platform%:*}" --self-contained -p:PublishSingleFile=true -p:PublishReadyToRun=true \
      -p:IncludeNativeLibrariesForSelfExtract=true -p:EnableCompressionInSingleFile=true -p:DebugType=none -o "$stage/publish"
    mkdir -p "$stage/server/${platform#*:}"
    mv "$stage"/publish/SupportStateMcp* "$stage/server/${platform#*:}/"
    rm -rf "$stage/publish"
  done
fi

source tests/conformance/node.sh
mcpb=$packages/node_modules/@anthropic-ai/mcpb/dist/cli/cli.js
"$node" "$mcpb" validate "$stage/manifest.json"
"$node" "$mcpb" pack "$stage" "$out/supportstatemcp.mcpb"
ls -l "$out"
