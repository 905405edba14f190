// Calls of the server: tools over MCP, and the few reads of the console's own. No rule is applied here.
import { T } from './texts.js';
import { Failure, SignedOut, collectBy, given, read, refusal } from './calls.js';
import { heard } from './now.js';

const REVISION = '2026-07-28';
const CLIENT = { name: 'support-console', version: '1' };
const META = 'io.modelcontextprotocol/';
const SETS = {
  create_ticket: 'tickets', ticket_status: 'tickets', query_knowledge_base: 'knowledge', get_article: 'knowledge', save_article: 'knowledge',
  lookup_customer: 'crm', lookup_system_info: 'crm',
};

export { Failure, SignedOut };

let lastId = 0;
let shown = null;

/** Who is shown as signed in; the server does nothing for anybody else. */
export function actAs(actor) {
  shown = actor ?? null;
}

async function send(path, options) {
  let response;
  const headers = { 'X-Console': '1', ...(shown && { 'X-Console-Actor': encodeURIComponent(shown) }), ...options.headers };
  try {
    response = await fetch(path, { credentials: 'same-origin', redirect: 'error', cache: 'no-store', ...options, headers });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Failure(T.errors.network, 'network');
  }
  heard(response.headers.get('Date'));
  if (response.status === 401) {
    // The browser has one sign-in for all its pages.
    const other = response.headers.get('X-Console-Actor');
    throw new SignedOut(other ? T.signIn.other(decodeURIComponent(other)) : T.signIn.ended, 'unauthenticated');
  }
  return response;
}

async function request(set, method, params, name, signal) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': REVISION, 'Mcp-Method': method };
  if (name) headers['Mcp-Name'] = name;
  const meta = { [`${META}protocolVersion`]: REVISION, [`${META}clientInfo`]: CLIENT, [`${META}clientCapabilities`]: {} };
  lastId += 1;
  const response = await send(`/mcp/${set}`, { method: 'POST', headers, signal, body: JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params: { _meta: meta, ...params } }) });
  const body = await response.text();
  // The answer is the last event of a stream, or where the request itself is refused, plain JSON.
  const data = body.split('\n').findLast((line) => line.startsWith('data: '))?.slice(6) ?? body;
  let reply;
  try {
    reply = read(data);
  } catch {
    throw new Failure(response.ok ? T.errors.unknown : T.errors.server(response.status), 'unreadable');
  }
  if (reply.error) throw new Failure(response.status === 503 ? T.errors.busy : reply.error.message, 'protocol');
  return reply.result;
}

/** Calls a tool; its structured content. A refusal is thrown. */
export async function call(tool, args = {}, signal) {
  const result = await request(SETS[tool] ?? 'conversations', 'tools/call', { name: tool, arguments: given(args) }, tool, signal);
  if (result.isError) throw refusal(result);
  return result.structuredContent;
}

/** Calls a tool that answers in pages, until so many entries are there. from: a next_cursor. */
export const collect = (tool, args, list, wanted, signal, from) => collectBy(call, tool, args, list, wanted, signal, from);

/** The text of a resource. */
export async function resource(uri, signal) {
  const result = await request('conversations', 'resources/read', { uri }, uri, signal);
  return result.contents?.[0]?.text ?? '';
}

/** The names of the tools of a set that the caller may call. */
export async function tools(set) {
  const names = [];
  let cursor;
  do {
    const page = await request(set, 'tools/list', cursor ? { cursor } : {});
    names.push(...page.tools.map((t) => t.name));
    cursor = page.nextCursor;
  } while (cursor);
  return names;
}

/** Asks a route that is no tool. A problem is thrown. */
export async function ask(path, { method = 'GET', body, signal } = {}) {
  const response = await send(path, { method, signal, ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }) });
  if (response.status === 204) return null;
  let reply;
  try {
    reply = read(await response.text());
  } catch {
    throw new Failure(T.errors.server(response.status), 'unreadable');
  }
  if (response.ok) return reply;
  // A fact that has the name of a member of the standard comes under another.
  const { code, detail, current_status: status, ...others } = reply;
  const facts = { ...others, status };
  throw new Failure(T.errors.byCode[code]?.(facts) ?? detail ?? T.errors.server(response.status), code, facts);
}

export const session = () => ask('/console/session');
export const numbers = (signal) => ask('/console/api/numbers', { signal });
export const tickets = (signal) => ask('/console/api/tickets', { signal });
export const drafts = (signal) => ask('/console/api/drafts', { signal });
export const article = (id, signal) => ask(`/console/api/article?id=${encodeURIComponent(id)}`, { signal });

/** Sends a ticket's solution back to the expert; the one decision that no tool takes. approval: that of the solution that was seen. */
export const revise = (ticket, approval, notes) => (
  ask(`/support/approve/${encodeURIComponent(ticket)}`, { method: 'POST', body: { approved: false, approval_id: approval, revise: true, support_notes: notes } }));

/** Signs in; the token stays in a cookie. */
export async function signIn(token) {
  try {
    await ask('/console/session', { method: 'POST', body: { token } });
  } catch (error) {
    if (error instanceof SignedOut) throw new Failure(T.signIn.unknown, 'unauthenticated');
    throw error.code === 'invalid_argument' ? new Failure(T.signIn.malformed, error.code) : error;
  }
}

export const signOut = () => ask('/console/session', { method: 'DELETE' });
