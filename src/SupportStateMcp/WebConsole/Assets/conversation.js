// One conversation: what was said, who had it, what to do with it.
import { T } from './texts.js';
import { clear, h, safe, show, facts, field, newId, section, select, table } from './dom.js';
import * as api from './api.js';
import { badge, clock, link, moment, priority, state, text, toApproval, toConversation, toCustomer, toTicket } from './format.js';
import { summary } from './approvals.js';
import { markdown } from './markdown.js';
import { dialog } from './dialog.js';
import { draftOf } from './drafts.js';
import { attempt, can, go, me, reload, remember } from './main.js';

const PAGE = 50;
const EVENTS = 200;
const CALLS = 20;
const EVENTS_PER_CALL = 500;

/** The newest messages, with all there is to say of each. until: the number of the last one; nothing for the last there is. */
async function history(id, wanted, until, signal) {
  let messages = [];
  let before = until === undefined ? undefined : until + 1;
  let page;
  for (let calls = 0; calls < CALLS && messages.length < wanted; calls += 1) {
    page = await api.call('get_history', { conversation_id: id, limit: Math.min(wanted - messages.length, 500), before, detail: 'full' }, signal);
    messages = [...page.messages, ...messages];
    before = page.before;
    if (!before) break;
  }
  return { messages, older: Boolean(before), all: until ?? page.message_count };
}

/** The events behind a version, up to another, in order; those of so many calls at most. */
async function eventsBetween(id, from, until, most, signal) {
  const events = [];
  let after = from;
  for (let calls = 0; after < until && calls < most; calls += 1) {
    const page = await api.call('get_events', { conversation_id: id, after, limit: Math.min(until - after, EVENTS_PER_CALL) }, signal);
    events.push(...page.events);
    if (!page.after) break;
    after = page.after;
  }
  return events;
}

/**
 * The last events, at least so many, and all since the first message that is shown: who had the conversation is seen from them. The last
 * come first, since an answer has room for few long ones: where there are too many, some before them are left out.
 */
async function trail(id, version, wanted, first, signal) {
  const newest = Math.max(0, version - wanted);
  const last = await eventsBetween(id, newest, version, Infinity, signal);
  return [...await eventsBetween(id, Math.max(first - 1, newest - CALLS * EVENTS_PER_CALL), newest, CALLS, signal), ...last];
}

const isPerson = (owner) => owner.startsWith('human:');

/** Messages and changes of hands, in order. */
function entries(messages, events) {
  const first = messages[0]?.version ?? 0;
  const changes = events.filter((e) => e.type === 'owner_changed' && e.version >= first);
  return [...messages.map((m) => ({ version: m.version, message: m })), ...changes.map((c) => ({ version: c.version, change: c }))].sort((a, b) => a.version - b.version || (a.change ? -1 : 1));
}

/** point: as of when it is looked at; nothing for now. */
export function conversation({ id, point = {}, kept = {} }) {
  const page = { messages: kept.messages ?? PAGE, events: EVENTS, approvals: [], now: null };
  // Long messages that somebody has read to the end, by their numbers.
  const wholes = new Map();
  const transcript = h('ol', { class: 'transcript', 'aria-label': T.conversation.transcript });
  const counted = h('div', { class: 'row' });
  const side = h('div', {});
  const waiting = h('div', {});
  const handoff = h('div', {});
  const metadata = h('div', {});
  const timeline = h('div', {});
  const actions = h('div', {});
  const error = h('div', {});

  const of = (args) => ({ conversation_id: id, ...args });

  function message(m, before) {
    const kind = m.visibility === 'internal' ? 'internal' : m.role;
    const speaker = m.role === 'user' ? before.customer : m.role === 'assistant' ? m.recorded_by : `${m.role === 'tool' ? T.conversation.tool : T.conversation.system}, ${m.recorded_by}`;
    // What was erased since is not what was read.
    const whole = wholes.get(m.number)?.startsWith(m.content) ? wholes.get(m.number) : null;
    const body = h('p', { class: 'content' }, whole ?? m.content);
    const rest = m.rest && whole === null ? h('button', { type: 'button', class: 'quiet', 'data-key': `rest ${m.number}`, on: { click: () => readWhole(m, body, rest) } }, T.conversation.rest) : null;
    const name = newId('message');
    return h('li', { class: `message ${kind} ${before.person ? 'by-person' : ''}` },
      h('article', { 'aria-labelledby': name },
        h('p', { class: 'by', id: name },
          h('span', { class: 'number' }, h('span', { class: 'hidden' }, T.conversation.number(m.number)), h('span', { 'aria-hidden': 'true' }, `#${m.number}`)), ' ',
          h('strong', {}, speaker), ' ',
          m.visibility === 'internal' ? badge(T.conversation.internal, 'note') : null, m.automated ? badge(T.conversation.automated, 'quiet') : null, ' ',
          clock(m.at ?? m.recorded_at), m.in_reply_to ? h('span', { class: 'quiet-text' }, ` ${T.conversation.replyTo(m.in_reply_to)}`) : null),
        body, rest));
  }

  /** Reads a long message to its end. */
  async function readWhole(m, body, button) {
    await attempt(error, async () => {
      let content = m.content;
      for (let calls = 0; calls < 20; calls += 1) {
        const found = await api.call('get_history', of({ number: m.number, offset: content.length }));
        content += found.messages[0].content;
        if (!found.messages[0].rest) break;
      }
      wholes.set(m.number, content);
      body.textContent = safe(content);
      button.remove();
      body.tabIndex = -1;
      body.focus();
    }, { button });
  }

  const mark = (c) => {
    const { owner, cause } = c.details;
    const who = isPerson(owner) ? T.conversation.takeover.began(owner)
      : owner.startsWith('queue:') ? T.conversation.takeover.queue(owner.slice(6)) : T.conversation.takeover.ended(owner);
    return h('li', { class: `mark ${isPerson(owner) ? 'person' : ''}` }, h('span', {}, `${who} · ${T.conversation.causes[cause] ?? cause} · `, clock(c.at)));
  };

  function showTranscript(c, { messages, older, all }, events) {
    show(transcript, [messages, events.filter((e) => e.type === 'owner_changed').map((e) => e.version)], () => {
      const takeover = c.human_takeover;
      let person = Boolean(takeover && messages[0] && messages[0].number >= takeover.from_number && (takeover.to_number === undefined || messages[0].number <= takeover.to_number));
      const shown = entries(messages, events).map((e) => {
        if (e.change) {
          person = isPerson(e.change.details.owner);
          return mark(e.change);
        }
        return message(e.message, { customer: c.user_id, person });
      });
      return shown.length > 0 ? shown : h('li', { class: 'empty' }, T.conversation.none);
    });
    show(counted, [messages.length, all, older], () => [
      h('p', { class: 'quiet-text' }, T.conversation.messages(messages.length, all)),
      older ? h('button', { type: 'button', 'data-key': 'older', on: { click: () => { page.messages += PAGE; remember({ messages: page.messages }); return reload(); } } }, T.conversation.older) : null,
    ]);
  }

  /** Calls a tool and shows the conversation as it is then. */
  const act = async (tool, args, said) => {
    await api.call(tool, of(args));
    await reload();
    return said;
  };
  const optional = (label) => `${label} (${T.common.optional})`;
  const D = T.conversation.dialogs;
  /** A dialog says which conversation it is about. */
  const ask = (asked) => dialog({ ...asked, title: `${asked.title}: ${id}` });
  const buttons = (c) => [
    ['claim_conversation', T.conversation.claim, c.owner !== me().actor, (b) => attempt(error, () => act('claim_conversation', {}, T.conversation.claimed), { button: b })],
    ['assign_conversation', T.conversation.assign, true, () => ask({
      title: D.assign, submit: T.conversation.assign,
      fields: { to: [D.to, h('input', { type: 'text', maxlength: 110, autocomplete: 'off' }), { hint: D.toHint, required: true }], note: [optional(D.note), h('textarea', { rows: 3, maxlength: 4000 }), { hint: D.noteAssign }] },
      done: (v) => act('assign_conversation', v, T.conversation.assigned),
    })],
    ['hand_back', T.conversation.handBack, !c.owner.startsWith('ai:'), () => ask({
      title: D.handBack, submit: T.conversation.handBack, fields: { note: [D.note, h('textarea', { rows: 5, maxlength: 4000 }), { hint: D.noteHandBack, required: true }] },
      done: (v) => act('hand_back', v, T.conversation.handedBack),
    })],
    ['release_conversation', T.conversation.release, isPerson(c.owner), () => ask({
      title: D.release, submit: T.conversation.release, fields: { reason: [optional(D.reason), h('textarea', { rows: 2, maxlength: 1000 })] },
      done: (v) => act('release_conversation', v, T.conversation.released),
    })],
    ['escalate_conversation', T.conversation.escalate, c.owner.startsWith('ai:'), () => ask({
      title: D.escalate, submit: T.conversation.escalate,
      fields: {
        reason: [D.reason, h('textarea', { rows: 2, maxlength: 1000 }), { required: true }], summary: [D.summary, h('textarea', { rows: 4, maxlength: 4000 }), { required: true }],
        queue: [D.queue, h('input', { type: 'text', value: 'support', autocomplete: 'off' })], customer_message: [optional(D.customerMessage), h('textarea', { rows: 3 })],
      },
      done: (v) => act('escalate_conversation', v, T.conversation.escalated),
    })],
    ['transition_state', T.conversation.move, c.allowed_transitions.length > 0, () => ask({
      title: D.move, submit: T.conversation.move,
      fields: { new_state: [D.newState, select(c.allowed_transitions.map((s) => [s, T.state(s)]))], reason: [optional(D.reason), h('textarea', { rows: 2, maxlength: 1000 })] },
      done: (v) => act('transition_state', { ...v, expected_version: page.now.state === c.state ? page.now.version : c.version }, T.conversation.moved),
    })],
    ['update_metadata', T.conversation.priority, !c.closed_at, () => ask({
      title: D.priority, submit: T.conversation.priority, fields: { priority: [D.newPriority, select(Object.entries(T.priorities).reverse(), c.priority)] },
      done: (v) => act('update_metadata', v, T.conversation.prioritised),
    })],
    ['reopen_conversation', T.conversation.reopen, Boolean(c.closed_at), () => ask({
      title: D.reopen, submit: T.conversation.reopen, fields: { reason: [optional(D.reason), h('textarea', { rows: 2, maxlength: 1000 })] },
      done: async (v) => {
        const opened = await api.call('reopen_conversation', of(v));
        await (opened.conversation_id === id ? reload() : go(`/console/conversations/${opened.conversation_id}`));
        return T.conversation.reopened(opened.conversation_id);
      },
    })],
  ].filter(([tool, , fits]) => can(tool) && fits);

  function showState(c) {
    const { approvals } = page;
    page.now = c;
    show(actions, [c.version, c.owner], () => {
      const possible = buttons(c);
      return possible.length === 0 ? [] : h('div', { class: 'row actions', role: 'group', 'aria-label': T.conversation.actions }, possible.map(([tool, label, , run]) => (
        h('button', { type: 'button', 'data-key': tool, class: tool === 'claim_conversation' ? 'primary' : null, on: { click: (e) => run(e.currentTarget) } }, label))));
    });
    show(side, c, () => section(T.conversation.details,
      facts([
        [T.fields.state, state(c.state)], [T.fields.status, T.ticketStatuses[c.ticket_status]], [T.fields.priority, priority(c.priority)], [T.fields.owner, c.owner],
        [T.fields.lease, c.lease_until ? clock(c.lease_until, 'left') : null], [T.fields.waiting, c.waiting_since ? clock(c.waiting_since, 'since') : null],
        [T.fields.customer, me().toolsets.includes('crm') ? toCustomer(c.user_id) : c.user_id], [T.fields.ticket, me().toolsets.includes('tickets') ? toTicket(c.ticket_id) : c.ticket_id],
        [T.fields.description, c.description], [T.fields.created, moment(c.created_at)], [T.fields.changed, clock(c.updated_at)], [T.fields.closed, moment(c.closed_at)],
        [T.fields.followsUp, c.follows_up ? toConversation(c.follows_up) : null], [T.fields.followUp, c.follow_up ? toConversation(c.follow_up) : null],
        [T.fields.expires, moment(c.expires_at)], [T.fields.version, c.version],
      ])));
    show(metadata, c.metadata, () => (Object.keys(c.metadata).length === 0 ? [] : section(T.conversation.metadata, facts(Object.entries(c.metadata).map(([k, v]) => [k, text(v)])))));
    show(handoff, c.handoff ?? null, () => (c.handoff ? section(T.conversation.handoff,
      h('p', { class: 'quiet-text' }, `${T.conversation.handedBy(c.handoff.by, c.handoff.queue)}, `, clock(c.handoff.at)),
      facts([
        [T.fields.reason, c.handoff.reason], [T.conversation.dialogs.summary, c.handoff.summary], [T.conversation.openQuestion, c.handoff.open_question],
        [T.conversation.promises, list(c.handoff.promises)], [T.conversation.tried, list(c.handoff.tried)],
      ]), brief()) : section(T.conversation.handoff, brief())));
    show(waiting, approvals, () => (approvals.length === 0 ? [] : section(T.conversation.approvals, h('ul', { class: 'plain' }, approvals.map((a) => (
      h('li', {}, toApproval(a.approval_id, a.action), ' ', clock(a.deadline, 'left'), h('p', { class: 'quiet-text' }, summary(a.arguments)))))))));
  }

  const list = (items) => (items.length === 0 ? null : h('ul', { class: 'plain' }, items.map((i) => h('li', {}, i))));

  /** The brief is made when somebody opens it. */
  function brief() {
    const content = h('div', {});
    return h('details', {
      on: {
        toggle: (event) => {
          if (event.currentTarget.open) attempt(content, async () => content.replaceChildren(markdown(await api.resource(`support://conversations/${id}/handoff`))));
        },
      },
    }, h('summary', { 'data-key': 'brief' }, T.conversation.brief), content);
  }

  const showTimeline = (events, earlier) => show(timeline, [events.length, events.at(-1)?.version, earlier], () => section(T.conversation.timeline,
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': T.conversation.timelineCaption }, table({
      caption: T.conversation.timelineCaption,
      columns: [T.conversation.what, T.conversation.when],
      rows: [...events].reverse().map((e) => [h('span', {}, T.state(e.type), h('p', { class: 'quiet-text' }, e.actor), e.reason ? h('p', { class: 'quiet-text' }, e.reason) : detail(e)), clock(e.at)]),
    })),
    earlier ? h('button', { type: 'button', 'data-key': 'earlier', on: { click: () => { page.events += EVENTS; return reload(); } } }, T.conversation.earlier) : null));

  /** What an event changed, where it is short. */
  function detail({ details: d }) {
    const said = d.from && d.to ? `${T.state(d.from)} → ${T.state(d.to)}` : d.owner ?? (d.number ? `#${d.number}` : d.approval_id ?? d.step);
    return said ? h('p', { class: 'quiet-text' }, said) : null;
  }

  return {
    title: `${T.pages.conversation} ${id}`,
    aside: link('/console/queue', T.common.back(T.pages.queue)),
    element: h('div', { class: 'columns' },
      h('div', { class: 'stack' }, actions, error, section(T.conversation.transcript, counted, transcript), composer(id, error)),
      h('aside', { class: 'stack', 'aria-label': T.conversation.details }, waiting, side, handoff, metadata, timeline)),
    concerns: (changed) => changed === id,
    forget: () => {
      wholes.clear();
      [transcript, counted, side, waiting, handoff, metadata, timeline, actions].forEach(clear);
    },
    async load(signal) {
      const c = await api.call('get_state', of(point), signal);
      if (!can('get_history')) {
        show(counted, null, () => h('p', { class: 'hint' }, T.host.noCalls));
        showState(c);
        return;
      }
      const isPast = c.current_version !== undefined;
      const [said, approvals] = await Promise.all([history(id, page.messages, isPast ? c.message_count : undefined, signal), api.call('list_pending_approvals', of({ limit: 50 }), signal)]);
      const events = await trail(id, c.version, page.events, said.messages[0]?.version ?? c.version, signal);
      const then = (entries) => (isPast ? entries.filter((e) => e.version <= c.version) : entries);
      page.approvals = isPast ? [] : approvals.approvals;
      const happened = then(events);
      showTranscript(c, { ...said, messages: then(said.messages) }, happened);
      showState(c);
      showTimeline(happened.filter((e) => e.version > c.version - page.events), c.version > page.events);
    },
  };
}

/** The reply, or the note. It keeps what is written while the rest of the page is refreshed, and where somebody goes away and comes back. */
function composer(id, place) {
  if (!can('add_message')) return null;
  const name = newId('kind');
  const kept = draftOf(me().actor, id);
  // One draft is one message, however often it is sent.
  const { text: begun = '', kind: first = 'public', message: last = null } = kept.read() ?? {};
  let message = last;
  const content = h('textarea', { rows: 5, maxlength: 100000, value: begun });
  const hint = h('p', { class: 'hint' });
  const button = h('button', { type: 'submit', class: 'primary' });
  const error = h('div', {});
  const radio = (value, label) => h('label', { class: 'choice' }, h('input', { type: 'radio', name, value, checked: value === first, on: { change: () => { dress(); written(); } } }), label);
  const kinds = h('fieldset', {}, h('legend', { class: 'hidden' }, T.conversation.composer), radio('public', T.conversation.reply), radio('internal', T.conversation.note));
  const kind = () => kinds.querySelector('input:checked').value;
  function dress() {
    const isNote = kind() === 'internal';
    hint.textContent = isNote ? T.conversation.noteHint : T.conversation.replyHint;
    button.textContent = isNote ? T.conversation.sendNote : T.conversation.send;
    form.classList.toggle('note', isNote);
  }
  const keep = () => (content.value ? kept.keep({ text: content.value, kind: kind(), message }) : kept.drop());
  function written() {
    message = null;
    keep();
  }
  content.addEventListener('input', written);
  const submit = (event) => {
    event.preventDefault();
    place.replaceChildren();
    return attempt(error, async () => {
      const sent = content.value;
      if (!sent.trim()) throw new api.Failure(T.conversation.empty, 'invalid_argument');
      const visibility = kind();
      message ??= `console-${crypto.randomUUID()}`;
      keep();
      await api.call('add_message', { conversation_id: id, role: 'assistant', content: sent, visibility, message_id: message });
      // What was written since is the next message.
      if (content.value === sent) {
        content.value = '';
        written();
      }
      await reload();
      content.focus();
      return visibility === 'internal' ? T.conversation.noted : T.conversation.sent;
    }, { button });
  };
  const form = h('form', { class: 'composer', on: { submit } }, kinds, hint, field(T.conversation.text, content), error, h('div', { class: 'row' }, button));
  dress();
  return section(T.conversation.composer, form);
}
