// Calls of the server within a host: the host passes them on, as its own. What the view was opened with is not asked for again.
import { T } from '../Assets/texts.js';
import { Failure, SignedOut, collectBy, given, isExact, read, refusal } from '../Assets/calls.js';
import { passesCalls, passesReads, request } from './host.js';

export { Failure, SignedOut };

const opened = new Map();
const keyOf = (tool, args) => JSON.stringify([tool, args]);

/** The structured content of an answer, from its text where that is there: a text keeps every digit of a number. */
function answerOf(result) {
  if (result.isError) throw refusal(result);
  try {
    const answer = read(result.content.find((c) => c.type === 'text').text);
    if (answer !== null && typeof answer === 'object') return answer;
  } catch {
    // The host passed the structured content alone.
  }
  if (!result.structuredContent) throw new Failure(T.errors.unknown, 'unreadable');
  return result.structuredContent;
}

/** The answer of a call that the host has made. */
export const open = answerOf;

/** Keeps an answer for the call that would ask for it. */
export const keep = (tool, args, answer) => opened.set(keyOf(tool, args), answer);

/** An answer that is kept: once where the host passes calls on, so that the next time the server is asked. */
function take(tool, args) {
  const key = keyOf(tool, args);
  const answer = opened.get(key);
  if (passesCalls()) opened.delete(key);
  return answer;
}

/** Arguments as they can be sent through a host: it reads and writes numbers as its language does. */
function plain(args) {
  return JSON.parse(JSON.stringify(args), (key, value, context) => {
    if (typeof value === 'number' && !isExact(value, context?.source)) throw new Failure(T.host.inexact(context?.source ?? String(value)), 'invalid_argument');
    return value;
  });
}

/** Calls a tool; its structured content. A refusal is thrown. */
export async function call(tool, args = {}, signal) {
  const wanted = given(args);
  const answer = take(tool, wanted);
  if (answer) return answer;
  if (!passesCalls()) throw new Failure(T.host.noCalls, 'unsupported');
  return answerOf(await request('tools/call', { name: tool, arguments: plain(wanted) }, signal));
}

/** Calls a tool that answers in pages, until so many entries are there. */
export async function collect(tool, args, list, wanted, signal) {
  return take(tool, args) ?? collectBy(call, tool, args, list, wanted, signal);
}

/** The text of a resource. */
export async function resource(uri, signal) {
  if (!passesReads()) throw new Failure(T.host.noCalls, 'unsupported');
  const result = await request('resources/read', { uri }, signal);
  return result.contents?.[0]?.text ?? '';
}
