// What is different between two values, as text: lines of long texts one by one.
import { T } from './texts.js';
import { h, hidden } from './dom.js';

const MOST_LINES = 400;

/** The lines of both texts in order: [' ' | '-' | '+', line]. */
export function lines(before, after) {
  const [a, b] = [before.split('\n'), after.split('\n')];
  if (a.length > MOST_LINES || b.length > MOST_LINES) return [...a.map((l) => ['-', l]), ...b.map((l) => ['+', l])];
  // The longest common subsequence, from the end.
  const length = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) length[i][j] = a[i] === b[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
  }
  const out = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push([' ', a[i]]);
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || length[i + 1][j] >= length[i][j + 1])) {
      out.push(['-', a[i]]);
      i += 1;
    } else {
      out.push(['+', b[j]]);
      j += 1;
    }
  }
  return out;
}

/** Two values beside each other in words and marks; the same value once. */
export function change(before, after) {
  if (before === after) return h('span', { class: 'value' }, after);
  if (!before?.includes('\n') && !after?.includes('\n')) {
    return h('span', { class: 'value' },
      before === undefined ? null : h('del', {}, hidden(`${T.approvals.removed}: `), before), ' ',
      after === undefined ? null : h('ins', {}, hidden(`${T.approvals.added}: `), after));
  }
  return h('div', { class: 'value lines' }, lines(before ?? '', after ?? '').map(([kind, line]) => (
    kind === ' ' ? h('div', {}, line)
      : kind === '-' ? h('div', {}, h('del', {}, hidden(`${T.approvals.removed}: `), line)) : h('div', {}, h('ins', {}, hidden(`${T.approvals.added}: `), line)))));
}
