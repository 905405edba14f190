// @modelcontextprotocol/client: the generation that speaks revision 2026-07-28, without a handshake.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, server, url } from './packages.mjs';
import { callEachTool, changeCase, news, openCase, useTheRest } from './desk.mjs';

const { Client, StreamableHTTPClientTransport } = load('@modelcontextprotocol/client');
const { StdioClientTransport } = load('@modelcontextprotocol/client/stdio');

const transports = {
  stdio: () => new StdioClientTransport({ command: server, args: ['--data', process.env.STDIO_DATA], stderr: 'inherit' }),
  http: () => new StreamableHTTPClientTransport(url),
};

async function withClient(transport, use) {
  const client = new Client({ name: 'new-client', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(transports[transport]());
  try {
    await use(client);
  } finally {
    await client.close();
  }
}

for (const transport of Object.keys(transports)) {
  test(`new client over ${transport}: calls each tool`, () => withClient(transport, callEachTool));
  test(`new client over ${transport}: resources, prompt, completion`, () => withClient(transport, useTheRest));

  test(`new client over ${transport}: listens until it closes the stream`, () => withClient(transport, async client => {
    const opened = await openCase(client);
    const { told, tell } = news();
    client.setNotificationHandler('notifications/resources/updated', n => tell(n.params.uri));
    const subscription = await client.listen({ resourceSubscriptions: [opened.uri], toolsListChanged: true });
    assert.deepEqual(subscription.honoredFilter, { resourceSubscriptions: [opened.uri] }, 'the tools never change');

    await changeCase(client, opened);
    assert.equal(await told, opened.uri);

    await subscription.close();
    assert.equal(await subscription.closed, 'local');
    // The connection goes on to serve.
    await changeCase(client, opened);
  }));

  test(`new client over ${transport}: knows the server's name without a handshake`, () => withClient(transport, async client => {
    assert.equal(client.getServerVersion()?.name, 'SupportStateMcp');
    assert.equal(client.getServerCapabilities().tools.listChanged ?? false, false);
  }));
}

test('new client that negotiates finds the newest revision', async () => {
  const client = new Client({ name: 'new-client', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(transports.http());
  assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28');
  await client.close();
});
