// Times, numbers and values as people read them.
import { T } from './texts.js';
import { h } from './dom.js';
import { LongNumber, write } from './calls.js';
import { leads } from './main.js';
import { now } from './now.js';

/** How long, in one unit, rounded down; hours and days begin at two. */
export function span(seconds) {
  const n = Math.max(0, seconds);
  if (n < 60) return T.spans.s(Math.floor(n));
  if (n < 7200) return T.spans.min(Math.floor(n / 60));
  return n < 172800 ? T.spans.h(Math.floor(n / 3600)) : T.spans.d(Math.floor(n / 86400));
}

const seconds = (time) => (now() - Date.parse(time)) / 1000;
const forms = {
  since: (time) => span(seconds(time)),
  ago: (time) => (seconds(time) < 1 ? T.spans.now : T.spans.ago(span(seconds(time)))),
  left: (time) => (seconds(time) >= 0 ? T.spans.over : T.spans.left(exact(-seconds(time)))),
};

/** A countdown tells minutes and seconds of the last hour. */
function exact(left) {
  return left < 3600 ? `${Math.floor(left / 60)}:${String(Math.floor(left % 60)).padStart(2, '0')}` : span(left);
}

export const instant = (time) => new Date(time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** A time that is told in relation to now, and goes on. */
export function clock(time, form = 'ago') {
  if (!time) return null;
  const element = h('time', { datetime: time, title: instant(time), 'data-form': form, class: 'clock' });
  tick(element);
  return element;
}

function tick(e) {
  const { dataset: { form }, dateTime: time } = e;
  const text = forms[form](time);
  if (e.textContent !== text) e.textContent = text;
  e.classList.toggle('soon', form === 'left' && seconds(time) > -3600);
}

setInterval(() => {
  if (document.hidden) return;
  document.querySelectorAll('time[data-form]').forEach(tick);
}, 1000);

export const moment = (time) => (time ? h('time', { datetime: time }, instant(time)) : null);

export const badge = (text, kind) => h('span', { class: `badge ${kind ?? ''}`.trim() }, text);
export const priority = (p) => badge(T.priorities[p] ?? p, `priority-${p}`);
export const state = (name) => badge(T.state(name), 'state');
export const code = (text) => h('code', {}, text);

/** An address of the console; where it cannot be opened from here, its text alone. */
export const link = (href, text, key) => (leads(href) ? h('a', { href, 'data-key': key ?? href }, text) : h('span', {}, text));

/** Who, or which queue: in one piece where there is room. */
export const actor = (name) => h('span', { class: 'actor' }, name);

export const toConversation = (id) => link(`/console/conversations/${encodeURIComponent(id)}`, id);
export const toCustomer = (id) => link(`/console/customers?q=${encodeURIComponent(id)}`, id);
export const toApproval = (id, text) => link(`/console/approvals/${encodeURIComponent(id)}`, text ?? id);
export const toArticle = (id, text) => link(`/console/knowledge?article=${encodeURIComponent(id)}`, text ?? id);
export const toTicket = (id) => link(`/console/tickets/${encodeURIComponent(id)}`, id);

/** A number that the browser would change is kept as it was written. */
export const isNumber = (v) => typeof v === 'number' || v instanceof LongNumber || Boolean(JSON.isRawJSON?.(v));
export const text = (v) => (typeof v === 'string' ? v : isNumber(v) ? String(v.rawJSON ?? v) : write(v));
