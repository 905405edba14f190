// What calls of tools have in common, whatever brings them to the server.
import { T } from './texts.js';

/** Something was refused, or did not reach the server. */
export class Failure extends Error {
  constructor(message, code, facts = {}) {
    super(message);
    this.code = code;
    this.facts = facts;
  }
}

/** Nobody is signed in. */
export class SignedOut extends Failure {}

/** So many significant digits are the same after any program has read and written them (IEEE 754, binary64). */
const EXACT_DIGITS = 15;

/** The smallest number of the language that has them. */
const SMALLEST = 2 ** -1022;

/**
 * Whether a number goes back as it came, where it is read and written as a number of the language. source: how it was written; where
 * nobody knows that, a zero at its end may have been another digit.
 */
export function isExact(value, source) {
  if (!Number.isFinite(value)) return false;
  const digits = (source ?? String(value)).replace(/[eE].*$/, '').replace(/[-.]/g, '').replace(/^0+/, '');
  if (Math.abs(value) < SMALLEST) return digits === '';
  if (source === undefined && Number.isInteger(value)) return Number.isSafeInteger(value);
  if (Number.isSafeInteger(value) && /^-?\d+$/.test(source)) return true;
  return (source === undefined ? digits : digits.replace(/0+$/, '')).length <= EXACT_DIGITS;
}

/** A number that a browser without JSON.rawJSON would change: how it was written. It is shown, and cannot be sent. */
export class LongNumber {
  constructor(source) {
    this.rawJSON = source;
  }
}

const isKept = (number, source) => String(number) === source;

/** Numbers that would not be written as they were read are kept as their text. */
export function read(json) {
  if (JSON.rawJSON) {
    return JSON.parse(json, (key, value, context) => (
      typeof value === 'number' && context?.source !== undefined && !isKept(value, context.source) ? JSON.rawJSON(context.source) : value
    ));
  }
  const plain = JSON.parse(json);
  // An object with this one member stands for each of them until it is read: no answer has it by chance.
  const mark = `number ${Math.random()}`;
  const marked = json.replace(/"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (
    token.startsWith('"') || isKept(Number(token), token) || isExact(Number(token), token) ? token : `{"${mark}":"${token}"}`));
  return marked === json ? plain : JSON.parse(marked, (key, value) => (typeof value?.[mark] === 'string' ? new LongNumber(value[mark]) : value));
}

/** A value as JSON, with its numbers as they were read. */
export function write(value) {
  const mark = `number ${Math.random()} `;
  return JSON.stringify(value, (key, v) => (v instanceof LongNumber ? mark + v.rawJSON : v)).replace(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1');
}

/** The arguments that have a value. */
export const given = (args) => Object.fromEntries(Object.entries(args).filter(([, v]) => v !== undefined && v !== null && v !== ''));

/** A refusal, in words for a person where there are some. */
export function refusal(result) {
  const facts = result.structuredContent ?? {};
  return new Failure(T.errors.byCode[facts.code]?.(facts) ?? facts.message ?? result.content?.[0]?.text ?? T.errors.unknown, facts.code, facts);
}

/** Calls a tool that answers in pages, until so many entries are there, or after 20 calls: next_cursor says where to go on. from: where it begins. */
export async function collectBy(call, tool, args, list, wanted, signal, from) {
  const found = [];
  let cursor = from;
  let page;
  for (let calls = 0; calls < 20; calls += 1) {
    page = await call(tool, { ...args, limit: Math.min(wanted - found.length, 500), cursor }, signal);
    found.push(...page[list]);
    cursor = page.next_cursor;
    if (!cursor || found.length >= wanted) break;
  }
  return { ...page, [list]: found, next_cursor: cursor };
}
