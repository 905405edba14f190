// What waits for a decision, and one of them: what is asked for, what is changed, yes or no.
import { T } from './texts.js';
import { clear, h, safe, show, table, facts, field, section, select } from './dom.js';
import * as api from './api.js';
import { actor, badge, clock, code, isNumber, link, moment, text, toApproval, toConversation } from './format.js';
import { LongNumber, isExact, read } from './calls.js';
import { change } from './diff.js';
import { attempt, can, elsewhere, me, reload, remember } from './main.js';

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const SOLUTION = 'final_solution';

/** filter: what the list is asked for with. */
export function approvals({ filter = {}, kept = {} }) {
  const list = h('div', {});
  const more = h('div', { class: 'row' });
  const page = { wanted: kept.wanted ?? 50 };
  async function load(signal) {
    const found = await api.collect('list_pending_approvals', filter, 'approvals', page.wanted, signal);
    show(list, found.approvals, () => (found.approvals.length === 0 ? h('p', { class: 'empty' }, T.approvals.empty) : table({
      caption: T.approvals.caption,
      columns: [T.fields.action, T.fields.amount, T.fields.reason, T.fields.conversation, T.fields.requestedBy, T.fields.yes, T.fields.deadline],
      rows: found.approvals.map((a) => [
        h('div', { class: 'subject' }, toApproval(a.approval_id, a.action), h('p', {}, summary(a.arguments))),
        a.amount === undefined ? '' : text(a.amount), h('div', { class: 'wide' }, a.reason), toConversation(a.conversation_id), actor(a.requested_by), h('span', { class: 'whole' }, T.approvals.of(a.yes, a.quorum)), clock(a.deadline, 'left'),
      ]),
    })));
    show(more, [found.approvals.length, found.total], () => (found.next_cursor
      ? h('button', { type: 'button', 'data-key': 'more', on: { click: () => { page.wanted += 50; remember({ wanted: page.wanted }); return reload(); } } }, T.common.more) : []));
  }
  return { title: T.pages.approvals, element: h('div', {}, list, more), load };
}

/** The arguments in a line. */
export const summary = (args) => leaves(args).map(({ path, value }) => `${nameOf(path)}: ${text(value)}`).join(', ').slice(0, 300);

const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v) && !isNumber(v);

/** The values of an object by their paths. Lists are values; so are objects without members. */
function leaves(object, path = []) {
  return Object.entries(object).flatMap(([name, value]) => (
    isObject(value) && Object.keys(value).length > 0 ? leaves(value, [...path, name]) : [{ path: [...path, name], value }]));
}

const nameOf = (path) => path.join(' › ');

/** The object with other values at some paths. Members are defined one by one: no name has a meaning of its own. */
function withValues(object, changes, path = []) {
  const copy = Object.create(null);
  for (const [name, value] of Object.entries(object)) {
    const here = [...path, name];
    const key = JSON.stringify(here);
    copy[name] = changes.has(key) ? changes.get(key) : isObject(value) && Object.keys(value).length > 0 ? withValues(value, changes, here) : value;
  }
  return copy;
}

function control(value) {
  if (typeof value === 'boolean') return select([['true', 'true'], ['false', 'false']], String(value));
  if (isNumber(value)) return h('input', { type: 'text', inputmode: 'decimal', value: text(value), autocomplete: 'off' });
  if (typeof value === 'string' && (/[\r\n]/.test(value) || value.length > 80)) return h('textarea', { rows: Math.min(16, value.split('\n').length + 2), value });
  return typeof value === 'string' ? h('input', { type: 'text', value, autocomplete: 'off' }) : h('textarea', { rows: 3, value: text(value) });
}

/** A number that a browser without JSON.rawJSON sends back as it came; any other is not sent. */
function exact(value, source = value.rawJSON) {
  if (value instanceof LongNumber || !isExact(value, source)) throw new api.Failure(T.approvals.inexact(source ?? String(value)), 'invalid_argument');
  return value;
}

/** The numbers in a value. */
const numbers = (v) => (isNumber(v) ? [v] : v !== null && typeof v === 'object' ? Object.values(v).flatMap(numbers) : []);

/** What was typed, as a value of the kind that was there. */
function typed(value, name, written) {
  if (typeof value === 'boolean') return written === 'true';
  // A field has ends of lines of one form.
  if (typeof value === 'string') return value.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written;
  if (isNumber(value)) {
    if (!NUMBER.test(written.trim())) throw new api.Failure(T.approvals.notANumber(name), 'invalid_argument');
    return JSON.rawJSON ? JSON.rawJSON(written.trim()) : exact(Number(written), written.trim());
  }
  try {
    return read(written);
  } catch {
    throw new api.Failure(T.approvals.notJson(name), 'invalid_argument');
  }
}

export function approval({ id }) {
  const head = h('div', {});
  const compare = h('div', {});
  const decision = h('div', {});
  const votes = h('div', {});
  const error = h('div', {});
  const news = h('p', { class: 'banner news', role: 'status' });
  // Made once: what is written in it outlives every other drawing of the page.
  const notes = h('textarea', { rows: 2, maxlength: 1000 });
  let current = null;
  let editors = null;
  // The approval as it was when its arguments began to be changed.
  let edited = null;

  /** The decided arguments, or those that are being written. */
  const comparison = (a) => {
    const before = leaves(a.proposed_arguments ?? a.arguments);
    const after = new Map(leaves(a.arguments).map((l) => [JSON.stringify(l.path), l]));
    const rows = before.map(({ path, value }) => {
      const key = JSON.stringify(path);
      const now = after.get(key);
      after.delete(key);
      return { path, key, value, before: text(value), after: now ? text(now.value) : undefined };
    });
    for (const [key, l] of after) rows.push({ path: l.path, key, before: undefined, after: text(l.value) });
    return rows;
  };

  const showArguments = (a) => show(compare, [a.arguments, a.proposed_arguments, a.status, editors !== null], () => {
    const rows = comparison(a);
    const pending = a.status === 'pending';
    return table({
      caption: pending ? T.approvals.compare : T.approvals.compareDecided,
      columns: [T.approvals.argument, T.approvals.proposed, T.approvals.final],
      rows: rows.map((r) => {
        if (!editors) return [r.path.map((p) => code(p)).flatMap((c, i) => (i ? [' › ', c] : [c])), r.before ?? '', final(r.before, r.after)];
        const editor = editors.get(r.key);
        const seen = h('div', { 'aria-live': 'polite' });
        const differ = () => show(seen, [editor.original, editor.input.value], () => (editor.input.value === editor.original ? [] : change(editor.original, editor.input.value)));
        editor.input.addEventListener('input', differ);
        differ();
        return [r.path.map((p) => code(p)).flatMap((c, i) => (i ? [' › ', c] : [c])), r.before ?? '', h('div', {}, editor.input, seen)];
      }),
    });
  });

  const final = (before, after) => (before === after
    ? h('span', {}, h('span', { class: 'value' }, after), ' ', badge(T.approvals.unchanged, 'quiet'))
    : h('div', {}, change(before, after), badge(T.approvals.changed, 'changed')));

  const startEdit = () => {
    edited = current;
    editors = new Map(leaves(edited.arguments).map(({ path, value }) => {
      const input = control(value);
      input.setAttribute('aria-label', safe(T.approvals.editing(nameOf(path))));
      // As the field has it: its ends of lines may be others than those of the value.
      return [JSON.stringify(path), { path, value, input, original: input.value }];
    }));
    render(current);
    [...editors.values()][0]?.input.focus();
  };
  const stopEdit = () => {
    editors = null;
    news.textContent = '';
    render(current);
    decision.querySelector('button')?.focus();
  };

  const isChanged = () => editors !== null && [...editors.values()].some((e) => e.input.value !== e.original);

  /** The arguments that stand in the fields, all of them, also where none was changed; undefined where there are no fields. */
  const finalArguments = () => {
    if (!editors) return undefined;
    const changes = new Map([...editors].filter(([, e]) => e.input.value !== e.original).map(([key, e]) => [key, typed(e.value, nameOf(e.path), e.input.value)]));
    const changed = withValues(edited.arguments, changes);
    if (!JSON.rawJSON) numbers(changed).forEach((n) => exact(n));
    return changed;
  };

  /** What is written while a decision is on its way would go with it, unread: for so long the fields are only to read. */
  const sending = async (work) => {
    const fields = [notes, ...(editors ? [...editors.values()].map((e) => e.input) : [])];
    const hold = (isHeld) => fields.forEach((field) => { field[field.localName === 'select' ? 'disabled' : 'readOnly'] = isHeld; });
    hold(true);
    try {
      return await work();
    } finally {
      hold(false);
    }
  };

  /** Somebody else was faster: what they decided is shown, and why this was refused. */
  const late = async (refused) => {
    await reload();
    if (current.status !== 'pending') head.querySelector('[tabindex]')?.focus();
    throw refused;
  };

  const decide = (approved) => (event) => attempt(error, async () => {
    // The digest is that of what the page shows or has told of: of anything else the server takes no decision.
    const decided = { approval_id: id, approved, notes: notes.value.trim(), digest: current.digest, final_arguments: approved ? finalArguments() : undefined };
    const a = await sending(() => api.call('decide_approval', decided)).catch(late);
    editors = null;
    notes.value = '';
    news.textContent = '';
    current = a;
    render(a);
    head.querySelector('[tabindex]')?.focus();
    return !approved ? T.approvals.rejected : a.status === 'pending' ? T.approvals.approvedPartly(a.yes, a.quorum) : T.approvals.approved;
  }, { button: event.currentTarget });

  const sendBack = (event) => attempt(error, async () => {
    if (!notes.value.trim()) throw new api.Failure(T.approvals.reviseNeedsNotes, 'invalid_argument');
    await sending(() => api.revise(current.arguments.ticket_id, id, notes.value.trim())).catch(late);
    notes.value = '';
    await reload();
    return T.approvals.revised;
  }, { button: event.currentTarget });

  /** Why the one who looks cannot decide, as far as that can be told from here; null where they can. */
  const hindrance = (a) => {
    const { actor: self, roles } = me();
    if (!can('decide_approval') || (roles && a.approver_role === 'supervisor' && !roles.includes('supervisor'))) return T.approvals.cannot(a.approver_role);
    if (a.requested_by === self) return T.approvals.own;
    // The last vote is for what is bound now; the others are where all count.
    const voters = new Set(a.votes.map((v) => v.by));
    return voters.has(self) && (a.votes.at(-1).by === self || a.yes === voters.size) ? T.approvals.approvedPartly(a.yes, a.quorum) : null;
  };

  const showDecision = (a) => show(decision, [a.status, editors !== null, can('decide_approval'), hindrance(a)], () => {
    if (a.status !== 'pending') return [];
    const reason = hindrance(a);
    if (reason) return [h('p', { class: 'hint' }, reason), elsewhere(a)];
    const isSolution = typeof a.arguments[SOLUTION] === 'string' && typeof a.arguments.ticket_id === 'string' && can('ticket_status');
    return section(T.approvals.decide,
      h('div', { class: 'row' }, h('button', { type: 'button', 'aria-expanded': String(editors !== null), on: { click: editors ? stopEdit : startEdit } }, editors ? T.approvals.stopEdit : T.approvals.edit)),
      field(T.approvals.notes, notes, { hint: T.approvals.notesHint }),
      h('div', { class: 'row' },
        h('button', { type: 'button', class: 'primary', on: { click: decide(true) } }, editors ? T.approvals.approveChanged : T.approvals.approve),
        h('button', { type: 'button', class: 'danger', on: { click: decide(false) } }, T.approvals.reject),
        isSolution ? h('button', { type: 'button', on: { click: sendBack } }, T.approvals.revise) : null));
  });

  function render(a) {
    const last = a.votes.at(-1);
    if (a.status !== 'pending') {
      editors = null;
      news.textContent = '';
    } else if (current && current.digest !== a.digest && last && last.by !== me().actor) {
      news.textContent = safe(editors ? T.approvals.changedWhileEditing(last.by, summary(a.arguments)) : T.approvals.changedMeanwhile(last.by));
    }
    current = a;
    show(head, [a.status, a.deadline, a.yes], () => section(T.approvals.what,
      h('p', { class: 'outcome', tabindex: '-1' }, badge(T.statuses[a.status], `approval-${a.status}`), ' ',
        a.status === 'pending' ? clock(a.deadline, 'left') : last ? T.approvals.decidedBy(T.statuses[a.status], last.by) : T.approvals.decided(T.statuses[a.status])),
      facts([
        [T.fields.action, code(a.action)], [T.fields.reason, a.reason], [T.fields.amount, a.amount === undefined ? null : text(a.amount)],
        [T.fields.requestedBy, a.requested_by], [T.fields.requested, clock(a.requested_at)], [T.fields.deadline, moment(a.deadline)],
        [T.fields.yes, T.approvals.of(a.yes, a.quorum)], [T.fields.policy, a.policy], [T.fields.role, a.approver_role], [T.fields.usable, a.usable_by],
        [T.fields.risk, a.risk_priority === undefined ? null : text(a.risk_priority)], [T.fields.confidence, a.confidence === undefined ? null : text(a.confidence)],
        [T.fields.usedAt, a.used_at ? h('span', {}, moment(a.used_at), ` ${a.used_by}`) : null],
        [T.fields.conversation, toConversation(a.conversation_id)],
      ])));
    // What somebody writes is not taken from under their hands.
    showArguments(editors ? edited : a);
    showDecision(a);
    show(votes, a.votes, () => section(T.approvals.votes, a.votes.length === 0 ? h('p', { class: 'empty' }, T.approvals.noVotes) : table({
      caption: T.approvals.votesCaption,
      columns: [T.approvals.by, T.approvals.vote, T.approvals.at, T.approvals.notes],
      rows: a.votes.map((v) => [actor(v.by), v.approved ? T.approvals.yes : T.approvals.no, clock(v.at), v.notes ?? '']),
    })));
  }

  return {
    title: `${T.pages.approval} ${id}`,
    aside: link('/console/approvals', T.common.back(T.pages.approvals)),
    element: h('div', { class: 'stack' }, head, section(T.approvals.arguments, news, compare), error, decision, votes),
    // What is decided, or not for the one who looks to decide, has no fields any more.
    unsaved: () => isChanged() || (notes.isConnected && notes.value !== ''),
    concerns: (conversation) => current === null || conversation === current.conversation_id,
    forget: () => {
      editors = null;
      news.textContent = '';
      [head, compare, decision, votes].forEach(clear);
    },
    load: async (signal) => render(await api.call('get_approval', { approval_id: id }, signal)),
  };
}
