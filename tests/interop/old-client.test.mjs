// @modelcontextprotocol/sdk: the generation of clients that begins with initialize.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, server, sessionsUrl, url } from './packages.mjs';
import { callEachTool, changeCase, news, openCase, useTheRest } from './desk.mjs';

const { Client } = load('@modelcontextprotocol/sdk/client/index.js');
const { StdioClientTransport } = load('@modelcontextprotocol/sdk/client/stdio.js');
const { StreamableHTTPClientTransport } = load('@modelcontextprotocol/sdk/client/streamableHttp.js');
const { ResourceUpdatedNotificationSchema } = load('@modelcontextprotocol/sdk/types.js');

const transports = {
  stdio: () => new StdioClientTransport({ command: server, args: ['--data', process.env.STDIO_DATA], stderr: 'inherit' }),
  http: () => new StreamableHTTPClientTransport(url),
  'http with sessions': () => new StreamableHTTPClientTransport(sessionsUrl),
};

async function withClient(transport, use) {
  const client = new Client({ name: 'old-client', version: '1.0.0' });
  await client.connect(transports[transport]());
  try {
    await use(client);
  } finally {
    await client.close();
  }
}

for (const transport of Object.keys(transports)) {
  test(`old client over ${transport}: calls each tool`, () => withClient(transport, callEachTool));
  test(`old client over ${transport}: resources, prompt, completion`, () => withClient(transport, useTheRest));
  test(`old client over ${transport}: ping and a tool that is not there`, () => withClient(transport, async client => {
    await client.ping();
    await assert.rejects(client.callTool({ name: 'no_such_tool', arguments: {} }), { code: -32602 });
  }));
}

for (const transport of ['stdio', 'http with sessions']) test(`old client over ${transport}: subscribes and unsubscribes`, () => withClient(transport, async client => {
  const opened = await openCase(client);
  let { told, tell } = news();
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, n => tell(n.params.uri));
  await client.subscribeResource({ uri: opened.uri });
  await changeCase(client, opened);
  assert.equal(await told, opened.uri);

  await client.unsubscribeResource({ uri: opened.uri });
  let toldAgain = false;
  tell = () => { toldAgain = true; };
  await changeCase(client, opened);
  await client.ping();
  assert.equal(toldAgain, false);
}));

test('old client over http: a subscription that could not be served is refused', () => withClient('http', async client => {
  assert.equal(client.getServerCapabilities().resources.subscribe ?? false, false);
  const { uri } = await openCase(client);
  await assert.rejects(client.request({ method: 'resources/subscribe', params: { uri } }, load('@modelcontextprotocol/sdk/types.js').EmptyResultSchema), { code: -32601 });
}));
