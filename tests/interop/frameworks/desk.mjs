// What an agent of any framework does with a support desk, through the framework's own tools.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { guardedUrl, load, newTicket, server } from '../packages.mjs';

const { Client, StreamableHTTPClientTransport } = load('@modelcontextprotocol/client');
const { StdioClientTransport } = load('@modelcontextprotocol/client/stdio');

/** Alice, who decides: over HTTP her token says so, over stdio anyone who starts the process. */
async function alice(transport) {
  const client = new Client({ name: 'alice', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(transport === 'http'
    ? new StreamableHTTPClientTransport(guardedUrl, { requestInit: { headers: { Authorization: `Bearer ${process.env.PERSON_TOKEN}` } } })
    : new StdioClientTransport({
      command: server,
      args: ['--data', process.env.FRAMEWORKS_DATA, '--actor', 'human:alice', '--roles', 'approver'],
      stderr: 'inherit',
    }));
  return client;
}

/** All texts within what a model was given. */
function* texts(value) {
  if (typeof value === 'string') {
    yield value;
  } else if (value && typeof value === 'object') {
    for (const part of Object.values(value)) yield* texts(part);
  }
}

/** Whether a model was given a text that contains this sentence. */
const wasGiven = (prompt, sentence) => [...texts(JSON.parse(JSON.stringify(prompt)))].some(text => text.includes(sentence));

/**
 * Tries a framework over both transports. `connect(transport)` returns
 * - `tools`: the names of the tools, as the framework has them;
 * - `call(name, args)`: calls the framework's tool object; returns the text that a model gets, `failed: true` where the
 *   framework takes it for an error;
 * - `converse(calls)`: runs the framework's agent on a scripted model that makes these calls, then ends; returns what the
 *   model was given each time;
 * - `close()`.
 */
export function tryOut(framework, connect) {
  for (const transport of ['http', 'stdio']) {
    describe(`${framework} over ${transport}`, () => {
      let agent, person;

      before(async () => {
        // One after the other: where the framework fails, the person is still there to be closed.
        person = await alice(transport);
        agent = await connect(transport);
      });
      after(() => Promise.all([agent?.close(), person?.close()]));

      /** The facts that a model reads in an answer. */
      async function facts(name, args) {
        const { text, failed } = await agent.call(name, args);
        assert.equal(failed, false, `${name}: ${text}`);
        return JSON.parse(text);
      }

      /** The sentence that a model reads in a refusal. */
      async function refusal(name, args) {
        const { text, failed } = await agent.call(name, args);
        assert.equal(failed, true, `${name}: ${text}`);
        return text;
      }

      async function openCase() {
        const ticket_id = newTicket();
        const { conversation_id } = await facts('initialize_conversation', { user_id: 'user-4', ticket_id, metadata: { carrier: { name: 'north' } } });
        assert.equal(conversation_id, `cs-${ticket_id}`);
        return conversation_id;
      }

      test('lists the tools of an AI', () => {
        for (const name of ['initialize_conversation', 'begin_turn', 'complete_turn', 'request_approval', 'use_approval']) {
          assert.ok(agent.tools.includes(name), agent.tools.join());
        }
        assert.ok(!agent.tools.includes('decide_approval'), 'people alone decide');
      });

      test('does a turn', async () => {
        const conversation_id = await openCase();
        const turn = await facts('begin_turn', { conversation_id, content: 'Where is my parcel? 📦', message_id: 'm-1' });
        assert.equal(turn.may_answer, true);
        const answer = await facts('complete_turn', { turn_token: turn.turn_token, content: 'I will find out.' });
        assert.equal(answer.in_reply_to, turn.number);

        const { messages } = await facts('get_history', { conversation_id });
        assert.deepEqual(messages.map(m => m.content), ['Where is my parcel? 📦', 'I will find out.']);
        assert.match(await refusal('complete_turn', { turn_token: turn.turn_token, content: 'Another answer.' }), /get_history/);
      });

      test('its model reads the sentence of an error and goes on', async () => {
        const ticket_id = newTicket();
        const conversation_id = `cs-${ticket_id}`;
        const { isError, structuredContent } = await person.callTool({ name: 'get_state', arguments: { conversation_id } });
        assert.equal(isError, true);

        const prompts = await agent.converse([
          ['get_state', { conversation_id }],
          ['initialize_conversation', { user_id: 'user-5', ticket_id }],
          ['get_state', { conversation_id }],
        ]);
        assert.equal(prompts.length, 4);
        assert.ok(!wasGiven(prompts[0], structuredContent.message));
        assert.ok(wasGiven(prompts[1], structuredContent.message), JSON.stringify(prompts[1]));
        assert.match(structuredContent.message, /initialize_conversation/, 'the sentence names the next call');
        assert.ok(wasGiven(prompts[2], '"created":true') || wasGiven(prompts[2], 'allowed_transitions'), JSON.stringify(prompts[2]));
        const { content } = await person.callTool({ name: 'get_state', arguments: { conversation_id } });
        assert.match(content[0].text, new RegExp(conversation_id));
      });

      test('asks for an approval, waits for the person, uses it', async () => {
        const conversation_id = await openCase();
        const refund = { action: 'issue_refund', arguments: { order: '4711', amount: 612.4 } };
        const { approval_id, status, policy } = await facts('request_approval', { conversation_id, ...refund, reason: 'arrived broken' });
        assert.equal(status, 'pending', policy);
        assert.match(await refusal('use_approval', { approval_id, ...refund }), /await_approval/);

        const waiting = facts('await_approval', { approval_id, timeout_seconds: 20 });
        const decided = await person.callTool({ name: 'decide_approval', arguments: { approval_id, approved: true } });
        assert.ok(!decided.isError, JSON.stringify(decided.content));
        const decision = await waiting;
        assert.equal(decision.status, 'granted');
        assert.deepEqual(decision.votes.map(v => v.by), ['human:alice']);

        const used = await facts('use_approval', { approval_id, ...refund });
        assert.equal(used.granted, true);
        assert.deepEqual(used.arguments, refund.arguments);
        await refusal('use_approval', { approval_id, ...refund, idempotency_key: 'again' });
      });
    });
  }
}
