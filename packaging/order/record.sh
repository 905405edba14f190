#!/usr/bin/env bash
# Writes start.txt: the methods that run in a start of the native program and in the calls of an ordinary session, in the
# order in which they run first. The native compiler lays them out one after the other, so that a session needs few pages
# of the file (docs/decisions/0036). Names that are there no longer are skipped, and new methods stand behind the others:
# run it now and then, at least before a release.
#
#   packaging/order/record.sh            compiles the program, which takes minutes
#   packaging/order/record.sh PROGRAM    uses one that was compiled with -p:StripSymbols=false
#
# For Linux on x86-64; needs clang, nm and readelf, curl, and some minutes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
work=$(mktemp -d)
server=
end() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

program=${1:-$work/program/SupportStateMcp}
[[ -n ${1:-} ]] || dotnet publish src/SupportStateMcp -c Release -r linux-x64 --nologo -v quiet -p:PublishAot=true -p:RunAnalyzers=false \
  -p:StripSymbols=false -o "$work/program"
clang -O1 -shared -fPIC -Wall -Wextra "$here/record.c" -o "$work/record.so"

read -r start length < <(readelf -SW "$program" | sed -nE 's/.* __managedcode +PROGBITS +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+).*/\1 \2/p')
last=$(printf '%016x' $((16#$start + 16#$length)))
# Addresses and names of what is compiled from C#.
nm "$program" | awk -v from="$start" -v to="$last" '$1 >= from && $1 < to { print $1, $3 }' | sort >"$work/functions"
cut -d' ' -f1 "$work/functions" | uniq >"$work/addresses"

# Takes the place of the shell that it is called in.
recorded() {
  exec env HOME="$work/home" XDG_DATA_HOME="$work/home" LD_PRELOAD="$work/record.so" RECORD_CODE="$start:$length" \
    RECORD_FROM="$work/addresses" RECORD_TO="$work/ran" "$program" "$@"
}
request() { printf '{"jsonrpc":"2.0","id":%s,"method":"%s","params":%s}' "$1" "$2" "$3"; }
id=0
calls() {
  while IFS=$'\t' read -r tool arguments; do
    request $((++id)) tools/call "{\"name\":\"$tool\",\"arguments\":$arguments}"
    echo
    sleep 1
  done <"$here/calls.tsv"
}
mkdir "$work/home"

# A session over standard input and output.
{
  request 0 initialize '{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"record","version":"1"}}'
  printf '\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
  sleep 5
  request 1000 tools/list '{}'
  echo
  sleep 2
  calls
} | (recorded stdio) >"$work/answers"
! grep -q '"error"' "$work/answers" || { echo "A call failed:" >&2; grep '"error"' "$work/answers" >&2; exit 1; }

# The same over HTTP, on another store.
rm -r "$work/home"/*
(recorded http --url http://127.0.0.1:0) >/dev/null 2>"$work/log" &
server=$!
url=
for _ in {1..120}; do
  url=$(sed -nE 's/.* listens on (.*)$/\1/p' "$work/log")
  [[ -z $url ]] || break
  sleep 0.5
done
[[ -n $url ]] || { cat "$work/log" >&2; exit 1; }
post() { curl -sf "$url" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d "$1" >/dev/null; }
post "$(request 1 tools/list '{}')"
calls | while read -r line; do post "$line"; done
kill "$server"
wait "$server" || true
server=

awk 'NR == FNR { names[$1] = names[$1] $2 "\n"; next } $1 in names && !seen[$1]++ { printf "%s", names[$1] }' "$work/functions" "$work/ran" >"$here/start.txt"
wc -l "$here/start.txt"
