// @modelcontextprotocol/inspector --cli: what a person at a terminal sees. Exit codes: 5 for a refusal, 6 for a schema
// that some client could not take.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { load, newTicket, server, url } from './packages.mjs';

const inspector = load.resolve('@modelcontextprotocol/inspector/package.json').replace('package.json', 'clients/launcher/build/index.js');

function inspect(target, ...options) {
  return new Promise(resolve => {
    execFile(process.execPath, [inspector, '--cli', ...target, ...options], { timeout: 30000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }));
  });
}

const targets = {
  stdio: [server, '--data', process.env.STDIO_DATA],
  http: [url.href],
};

for (const [transport, target] of Object.entries(targets)) {
  for (const era of ['legacy', 'modern']) {
    const options = ['--protocol-era', era];

    test(`Inspector over ${transport}, ${era}: the schemas suit every client`, async () => {
      const { code, stdout, stderr } = await inspect(target, ...options, '--method', 'tools/list', '--strict');
      assert.equal(code, 0, stderr);
      // The tools that an AI may use; those of people alone are not shown to it.
      const names = JSON.parse(stdout).tools.map(t => t.name);
      assert.ok(names.includes('begin_turn') && !names.includes('decide_approval'), names.join());
      assert.doesNotMatch(stderr, /warn|error|portab/i);
    });

    test(`Inspector over ${transport}, ${era}: opens a case`, async () => {
      const ticket = newTicket();
      const { code, stdout, stderr } = await inspect(target, ...options, '--method', 'tools/call', '--tool-name', 'initialize_conversation',
        '--tool-arg', 'user_id=user-3', `ticket_id=${ticket}`);
      assert.equal(code, 0, stderr);
      assert.equal(JSON.parse(stdout).structuredContent.conversation_id, `cs-${ticket}`);
    });

    test(`Inspector over ${transport}, ${era}: shows a refusal`, async () => {
      const { code, stdout } = await inspect(target, ...options, '--method', 'tools/call', '--tool-name', 'get_state',
        '--tool-arg', 'conversation_id=cs-nobody-opened-this');
      assert.equal(code, 5);
      assert.match(stdout, /"code": "not_found"/);
    });
  }
}
