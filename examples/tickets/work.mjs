// An agent that works one ticket from the report to the letter, with the official MCP client. Its thinking is three small functions: put a
// model in their place.
//
// It is for a desk of its own, such as the demo: next_step gives out whatever step is ready first, of any ticket. An agent in earnest works
// that one. This example gives a step of another ticket back, which counts as a try that failed there, and stops.
//
//   SupportStateMcp http --demo            in one terminal
//   npm install && node work.mjs           in another
//
// SERVER_URL     the server's address; http://127.0.0.1:3001 where it is not set
// AGENT_TOKEN    the agent's token, where the server asks for tokens
// PERSON_TOKEN   the token of the person who approves, by MCP; without it, the demo's REST route approves
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const server = process.env.SERVER_URL ?? 'http://127.0.0.1:3001';
const ticket_id = process.argv[2] ?? `EX-${Date.now()}`;

async function connect(name, token) {
  const client = new Client({ name, version: '1.0.0' });
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server}/mcp`), { requestInit: { headers } }));
  return client;
}

/** Calls a tool; a refusal says what to do instead, so it is worth showing. */
async function call(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
  return result.structuredContent;
}

/** What each role answers. A result fits the step's result_schema; the server refuses any other. */
const think = {
  triage: async (_, step) => ({ summary: step.input.description, category: 'sidecar', priority: 'high', route: 'complex' }),

  expert: async (client, step) => {
    const queries = [step.input.description, 'sidecar does not start', 'app port annotation wrong'];
    const { results } = await call(client, 'query_knowledge_base', { queries, step_token: step.step_token });
    const best = results.flatMap(a => a.articles)[0];
    const { content } = await call(client, 'get_article', { article_id: best.article_id });
    const steps = content.split('\n').filter(l => /^>? *\d+\. /.test(l)).map(l => l.replace(/^>? *\d+\. /, '')).slice(0, 5);
    return {
      problem: step.input.description,
      findings: `The article "${best.title}" describes it.`,
      solution: steps.map((s, i) => `${i + 1}. ${s}`).join('\n') || best.excerpt,
      steps: steps.length ? steps : [best.excerpt],
      confidence: 0.8,
      citations: [best.article_id],
    };
  },

  notification: async (_, step) => ({ message: `Dear ${step.input.customer?.name ?? 'customer'},\n\nabout your ticket ${step.ticket_id}:` }),
};

/** Takes steps until this ticket needs a person or has ended. */
async function work(client) {
  for (;;) {
    const step = await call(client, 'next_step', { wait_seconds: 1 });
    if (step.none) return;
    if (step.ticket_id !== ticket_id) {
      await call(client, 'complete_step', { step_token: step.step_token, outcome: 'failed', reason: `Given back: the example works ${ticket_id} alone.` });
      throw new Error(`The desk gave out a step of ${step.ticket_id}, and it was given back. Run this example on a desk on which no other ticket is worked.`);
    }
    console.log(`${step.role.padEnd(13)} ${step.step} of ${step.ticket_id}, try ${step.attempt}`);
    const done = await call(client, 'complete_step', { step_token: step.step_token, outcome: 'done', result: await think[step.role](client, step) });
    console.log(`              → ${done.status}, ${done.stage}`);
  }
}

async function approve(approval) {
  if (process.env.PERSON_TOKEN) {
    const person = await connect('person', process.env.PERSON_TOKEN);
    await call(person, 'decide_approval', { approval_id: approval.approval_id, approved: true });
    return person.close();
  }

  const answer = await fetch(`${server}/support/approve/${ticket_id}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ approved: true }),
  });
  if (!answer.ok) throw new Error(`approve: ${await answer.text()}`);
}

const agent = await connect('tickets-example', process.env.AGENT_TOKEN);
await call(agent, 'create_ticket', {
  ticket_id, customer_id: process.env.CUSTOMER ?? 'CUST001', description: 'The Dapr sidecar does not start after the upgrade.',
});
await work(agent);

// Where a built-in worker runs as well, it may have been quicker: the ticket tells where it stands.
let ticket = await call(agent, 'ticket_status', { ticket_id, wait_seconds: 30 });
if (ticket.status === 'WAITING_FOR_APPROVAL') {
  console.log(`a person      decides on:\n${ticket.output.approval.final_solution.replace(/^/gm, '              ')}`);
  await approve(ticket.output.approval);
  await work(agent);
  ticket = await call(agent, 'ticket_status', { ticket_id, wait_seconds: 30 });
}

const { messages } = await call(agent, 'get_history', { conversation_id: `cs-${ticket_id}` });
console.log(`${ticket.status}, ${ticket.output.outcome}. The customer reads:\n${messages.at(-1).content.replace(/^/gm, '  ')}`);
await agent.close();
if (ticket.status !== 'COMPLETED') process.exitCode = 1;
