// @openai/agents, on its own scripted model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Agent, getAllMcpTools, run, RunContext, setTracingDisabled } from '@openai/agents';
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing';
import { newTicket } from '../packages.mjs';
import { tryOut } from './desk.mjs';
import { documented } from './documented.mjs';

setTracingDisabled(true);

tryOut('OpenAI Agents', async transport => {
  const { agent: { mcpServers }, server } = await documented('OpenAI Agents', transport);
  const tools = await getAllMcpTools(mcpServers);
  return {
    tools: tools.map(t => t.name),
    async call(name, args) {
      const { text } = await tools.find(t => t.name === name).invoke(new RunContext(), JSON.stringify(args));
      // The framework hands a refusal on as it hands on an answer; only an answer is JSON.
      return { text, failed: !text.startsWith('{') };
    },
    async converse(calls) {
      const model = new ScriptedModel([
        ...calls.map(([name, args], i) => [functionCall(name, args, { callId: `call-${i}` })]),
        [assistantMessage('Done.')],
      ]);
      await run(new Agent({ name: 'Support', model, mcpServers }), 'Where is my parcel?');
      model.assertComplete();
      return model.calls.map(c => c.request.input);
    },
    close: () => server.close(),
  };
});

/** Whether a schema has an object whose keys are not all known. Strict schemas cannot say that. */
const isOpen = schema => schema.type === 'object' && schema.additionalProperties !== false
  || [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])].some(isOpen);

test('OpenAI Agents, strict: what takes a free object stays as it is, the rest converts, and both are served', async () => {
  const { server } = await documented('OpenAI Agents', 'http');
  try {
    const open = (await server.listTools()).filter(t => isOpen(t.inputSchema)).map(t => t.name).sort();
    const tools = await getAllMcpTools({ mcpServers: [server], convertSchemasToStrict: true });
    assert.deepEqual(tools.filter(t => !t.strict).map(t => t.name).sort(), open);
    assert.ok(tools.length > 2 * open.length, `${open.length} of ${tools.length} do not convert`);

    const call = async (name, args) =>
      JSON.parse((await tools.find(t => t.name === name).invoke(new RunContext(), JSON.stringify(args))).text);
    const ticket_id = newTicket();
    const { conversation_id, metadata } = await call('initialize_conversation', { user_id: 'user-6', ticket_id, metadata: { parcel: { weight: 2 } } });
    assert.deepEqual(metadata, { parcel: { weight: 2 } });
    // A strict schema makes a model send every argument, null for what it leaves out.
    const { properties } = tools.find(t => t.name === 'get_history').parameters;
    const all = { ...Object.fromEntries(Object.keys(properties).map(name => [name, null])), conversation_id };
    assert.deepEqual((await call('get_history', all)).messages, []);
  } finally {
    await server.close();
  }
});
