// What both generations of client do with a support desk. Their methods have the same names.
import assert from 'node:assert/strict';
import { load, newTicket } from './packages.mjs';

const { default: Ajv } = load('ajv/dist/2020.js');
const { default: addFormats } = load('ajv-formats');
const ajv = addFormats(new Ajv({ strict: false }));

/** Calls each tool once and checks every result, also the refusal, against the schema in the listing. */
export async function callEachTool(client) {
  const { tools } = await client.listTools();
  const ticket_id = newTicket();
  const conversation_id = `cs-${ticket_id}`;
  const called = new Set();

  async function call(name, args, isError = false) {
    called.add(name);
    const result = await client.callTool({ name, arguments: args });
    assert.equal(result.isError ?? false, isError, `${name}: ${JSON.stringify(result.content)}`);
    const validate = ajv.compile(tools.find(t => t.name === name).outputSchema);
    assert.ok(validate(result.structuredContent), `${name}: ${ajv.errorsText(validate.errors)}`);
    return result.structuredContent;
  }

  const opened = await call('initialize_conversation', { user_id: 'user-1', ticket_id, description: 'The parcel is late – übermorgen?' });
  assert.equal(opened.conversation_id, conversation_id);
  await call('add_message', { conversation_id, role: 'user', content: 'Where is my parcel? 📦', message_id: 'm-1' });
  await call('update_metadata', { conversation_id, priority: 'high', metadata: { carrier: 'north' } });
  const [new_state] = opened.allowed_transitions;
  const moved = await call('transition_state', { conversation_id, new_state, reason: 'the work begins' });
  assert.equal(moved.state, new_state);

  assert.equal((await call('get_state', { conversation_id })).state, new_state);
  assert.equal((await call('get_history', { conversation_id })).messages[0].content, 'Where is my parcel? 📦');
  assert.ok((await call('get_events', { conversation_id })).events.length >= 4);
  assert.ok((await call('list_conversations', { user_id: 'user-1' })).conversations.some(c => c.conversation_id === conversation_id));

  const turn = await call('begin_turn', { conversation_id, content: 'Is it lost?', message_id: 'm-2' });
  assert.equal(turn.history.at(-1).content, 'Where is my parcel? 📦');
  assert.equal((await call('complete_turn', { turn_token: turn.turn_token, content: 'I will find out.' })).in_reply_to, 2);

  const wish = { action: 'send_again', arguments: { order: '4711', cost: 12.5 } };
  const approval = await call('request_approval', { conversation_id, ...wish, reason: 'the parcel is lost', confidence: 0.95 });
  assert.equal(approval.status, 'granted', approval.policy);
  const { approval_id } = approval;
  assert.equal((await call('get_approval', { approval_id })).digest, approval.digest);
  assert.equal((await call('await_approval', { approval_id, timeout_seconds: 1 })).status, 'granted');
  assert.equal((await call('use_approval', { approval_id, ...wish })).granted, true);
  assert.equal((await call('use_approval', { approval_id, action: 'send_again', arguments: { order: '4712' } }, true)).code, 'approval_mismatch');
  assert.equal((await call('list_pending_approvals', { conversation_id })).total, 0);

  assert.equal((await call('reopen_conversation', { conversation_id })).outcome, 'already_open');
  const handed = await call('escalate_conversation', { conversation_id, reason: 'wants a person', summary: 'A parcel is late.', customer_message: 'A colleague will write.' });
  assert.equal(handed.owner, 'queue:support');
  assert.ok((await call('list_queue', { limit: 500 })).conversations.some(c => c.conversation_id === conversation_id));
  assert.equal((await call('complete_turn', { turn_token: turn.turn_token, content: 'Still here.' }, true)).code, 'already_answered');
  await call('delete_conversation', { conversation_id, reason: 'the customer asked for it' });

  const other = await call('initialize_conversation', { user_id: 'user-1', ticket_id: newTicket() });
  assert.equal((await call('assign_conversation', { conversation_id: other.conversation_id, to: 'queue:billing' })).owner, 'queue:billing');

  await workATicket(call);

  const refused = await call('get_state', { conversation_id: 'cs-nobody-opened-this' }, true);
  assert.equal(refused.code, 'not_found');
  assert.deepEqual([...called].sort(), tools.map(t => t.name).sort(), 'each tool is called');
}

/** A ticket up to where a person decides: as agents of any framework work it. */
async function workATicket(call) {
  const ticket_id = newTicket();
  const started = await call('create_ticket', { ticket_id, customer_id: 'CUST001', description: 'The Dapr sidecar does not start.' });
  assert.equal(started.status, 'workflow_started');
  const triage = await call('next_step', { roles: ['triage'] });
  assert.equal((await call('lookup_customer', { step_token: triage.step_token })).entitled, true);
  assert.ok((await call('lookup_system_info', { step_token: triage.step_token })).platform);
  assert.equal(triage.ticket_id, ticket_id);
  await call('complete_step', {
    step_token: triage.step_token, outcome: 'done', result: { summary: 'It does not start.', category: 'sidecar', priority: 'high', route: 'complex' },
  });
  const expert = await call('next_step', { roles: ['expert'] });
  const { results } = await call('query_knowledge_base', { queries: ['sidecar does not start', 'daprd crash', 'app port'], step_token: expert.step_token });
  const { article_id } = results[0].articles[0];
  assert.equal((await call('get_article', { article_id })).article_id, article_id);
  await call('complete_step', {
    step_token: expert.step_token, outcome: 'done',
    result: { problem: 'It does not start.', findings: 'An article tells.', solution: 'Restart it.', steps: ['Restart it.'], confidence: 0.9, citations: [article_id] },
  });
  assert.equal((await call('ticket_status', { ticket_id })).status, 'WAITING_FOR_APPROVAL');
  assert.equal((await call('save_article', { article_id: `draft-${ticket_id}`.toLowerCase(), title: 'A draft', content: '## Solution\n\n1. Restart it.' })).status, 'draft');
}

/** Opens a case and returns its resource. */
export async function openCase(client) {
  const result = await client.callTool({ name: 'initialize_conversation', arguments: { user_id: 'user-2', ticket_id: newTicket() } });
  const { conversation_id } = result.structuredContent;
  return { conversation_id, uri: `support://conversations/${conversation_id}` };
}

/** Changes a case, so that anyone who watches it is told. */
export const changeCase = (client, { conversation_id }) =>
  client.callTool({ name: 'add_message', arguments: { conversation_id, role: 'user', content: 'Hello?' } });

/** Reads, prompts and completes. */
export async function useTheRest(client) {
  const { conversation_id, uri } = await openCase(client);

  const { contents: [workflow] } = await client.readResource({ uri: 'support://workflow' });
  assert.match(workflow.text, /mermaid/);
  const { contents: [snapshot] } = await client.readResource({ uri });
  assert.equal(JSON.parse(snapshot.text).conversation_id, conversation_id);
  await assert.rejects(client.readResource({ uri: 'support://conversations/cs-nobody-opened-this' }));

  const prompt = await client.getPrompt({ name: 'support_agent', arguments: { conversation_id } });
  assert.match(prompt.messages[0].content.text, new RegExp(conversation_id));
  const brief = await client.getPrompt({ name: 'handoff_brief', arguments: { conversation_id, max_tokens: '300' } });
  assert.match(brief.messages[0].content.text, new RegExp(conversation_id));
  const { contents: [handoff] } = await client.readResource({ uri: `${uri}/handoff` });
  assert.match(handoff.text, new RegExp(conversation_id));

  const { completion } = await client.complete({
    ref: { type: 'ref/prompt', name: 'support_agent' },
    argument: { name: 'conversation_id', value: conversation_id.slice(0, -1) },
  });
  assert.ok(completion.values.includes(conversation_id));
}

/** A promise that is kept when its `tell` is called, and broken after a minute: a busy machine is slow. */
export function news() {
  const { promise, resolve, reject } = Promise.withResolvers();
  const timer = setTimeout(() => reject(new Error('nothing was told within a minute')), 60_000);
  return { told: promise.finally(() => clearTimeout(timer)), tell: resolve };
}
