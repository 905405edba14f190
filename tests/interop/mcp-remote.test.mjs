// mcp-remote: how a host that only knows stdio reaches the HTTP server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, url } from './packages.mjs';
import { openCase } from './desk.mjs';

const { Client } = load('@modelcontextprotocol/sdk/client/index.js');
const { StdioClientTransport } = load('@modelcontextprotocol/sdk/client/stdio.js');

test('mcp-remote bridges stdio to http', { timeout: 20000 }, async () => {
  const bridge = load.resolve('mcp-remote/package.json').replace('package.json', 'dist/proxy.js');
  const client = new Client({ name: 'bridged-client', version: '1.0.0' });
  await client.connect(new StdioClientTransport({
    command: process.execPath,
    args: [bridge, url.href, '--transport', 'http-only', '--allow-http'],
    env: { ...process.env, MCP_REMOTE_CONFIG_DIR: process.env.BRIDGE_DATA },
    stderr: 'ignore',
  }));
  assert.match((await openCase(client)).conversation_id, /^cs-IOP-/);
  await client.close();
});
