// Who waits, what is mine, and all conversations.
import { T } from './texts.js';
import { h, show, table, select, field } from './dom.js';
import * as api from './api.js';
import { actor, clock, priority, state, toConversation, toCustomer } from './format.js';
import { attempt, can, go, me, reload, remember } from './main.js';

const PAGE = 50;
const VIEWS = ['waiting', 'mine', 'all'];
const FILTERS = ['queue', 'state', 'priority', 'text', 'user_id'];

export function queue({ query, kept = {} }) {
  const view = VIEWS.includes(query.get('view')) ? query.get('view') : 'waiting';
  const list = h('div', {});
  const more = h('div', { class: 'row' });
  const error = h('div', {});
  // first: what was found from the newest change on; beyond: what was found where somebody had the looking go on after it ended.
  const page = { wanted: kept.wanted ?? PAGE, first: null, beyond: null };

  const address = (next, values) => {
    const q = new URLSearchParams({ view: next });
    for (const name of FILTERS) if (values[name]) q.set(name, values[name]);
    return `/console/queue?${q}`;
  };
  const views = h('nav', { class: 'tabs', 'aria-label': T.queue.view }, VIEWS.map((v) => (
    h('a', { href: `/console/queue?view=${v}`, 'aria-current': v === view ? 'true' : null }, T.queue.views[v]))));
  const controls = view === 'waiting'
    ? { queue: [T.fields.queue, h('input', { type: 'text', value: query.get('queue') ?? '', autocomplete: 'off' })] }
    : {
      text: [T.queue.text, h('input', { type: 'search', value: query.get('text') ?? '', maxlength: '200' })],
      state: [T.fields.state, select([['', T.common.all], ...me().states.map((s) => [s, T.state(s)])], query.get('state') ?? '')],
      priority: [T.fields.priority, select([['', T.common.all], ...Object.entries(T.priorities).reverse()], query.get('priority') ?? '')],
      user_id: [T.fields.customer, h('input', { type: 'text', value: query.get('user_id') ?? '', autocomplete: 'off', maxlength: '200' })],
    };
  const submit = (event) => {
    event.preventDefault();
    go(address(view, Object.fromEntries(Object.entries(controls).map(([name, [, control]]) => [name, control.value.trim()]))), { focus: false });
  };
  const filters = h('form', { class: 'filters', role: 'search', on: { submit } },
    Object.values(controls).map(([label, control]) => field(label, control)), h('button', { type: 'submit' }, T.queue.filters));

  const claim = (id) => (event) => attempt(error, async () => {
    await api.call('claim_conversation', { conversation_id: id });
    await reload();
    return T.queue.claimed(id);
  }, { button: event.currentTarget });

  const waitingRow = (c) => [
    h('div', { class: 'subject' }, toConversation(c.conversation_id), c.reason ? h('p', {}, c.reason) : null),
    priority(c.priority), clock(c.waiting_since, 'since'), toCustomer(c.user_id), state(c.state), actor(c.queue),
    can('claim_conversation') ? h('button', { type: 'button', 'data-key': `claim ${c.conversation_id}`, 'aria-label': T.queue.claimNamed(c.conversation_id), on: { click: claim(c.conversation_id) } }, T.queue.claim) : '',
  ];
  const row = (c) => [
    h('div', { class: 'subject' }, toConversation(c.conversation_id), c.description ? h('p', {}, c.description) : null),
    priority(c.priority), state(c.state), actor(c.owner), toCustomer(c.user_id), c.waiting_since ? clock(c.waiting_since, 'since') : '', clock(c.updated_at),
  ];

  const given = Object.fromEntries(FILTERS.map((name) => [name, query.get(name)]));
  const isFiltered = view !== 'waiting' && FILTERS.some((name) => given[name]);
  const collect = (wanted, signal, from) => (view === 'waiting'
    ? api.collect('list_queue', { queue: given.queue }, 'conversations', wanted, signal, from)
    : api.collect('list_conversations', { ...given, queue: undefined, owner: view === 'mine' ? 'me' : undefined }, 'conversations', wanted, signal, from));

  /** Goes on looking where it ended: what matches may be far behind. */
  const lookOn = (from) => (event) => attempt(error, async () => {
    const next = await collect(PAGE, undefined, from);
    page.beyond = { conversations: [...(page.beyond?.conversations ?? []), ...next.conversations], next_cursor: next.next_cursor };
    render();
  }, { button: event.currentTarget });

  const showMore = () => {
    page.wanted += PAGE;
    remember({ wanted: page.wanted });
    return reload();
  };

  function render() {
    const { first, beyond } = page;
    // What has changed since stands at the top.
    const known = new Set(first.conversations.map((c) => c.conversation_id));
    const conversations = [...first.conversations, ...(beyond?.conversations ?? []).filter((c) => !known.has(c.conversation_id))];
    const next = (beyond ?? first).next_cursor;
    // The looking ended before the list was full.
    const isLooking = Boolean(next) && first.conversations.length < page.wanted;
    show(list, [conversations, isLooking], () => (conversations.length === 0 ? h('p', { class: 'empty' }, isLooking ? T.queue.looked(0) : T.queue.empty[view]) : table({
      caption: T.queue.captions[view],
      columns: view === 'waiting'
        ? [T.fields.conversation, T.fields.priority, T.fields.waiting, T.fields.customer, T.fields.state, T.fields.queue, T.conversation.actions]
        : [T.fields.conversation, T.fields.priority, T.fields.state, T.fields.owner, T.fields.customer, T.fields.waiting, T.fields.changed],
      rows: conversations.map(view === 'waiting' ? waitingRow : row),
    })));
    show(more, [conversations.length, next, isLooking, first.total], () => [
      first.total > conversations.length ? h('p', {}, T.queue.total(conversations.length, first.total)) : null,
      isLooking && view !== 'waiting' && conversations.length > 0 ? h('p', {}, T.queue.looked(conversations.length)) : null,
      next ? h('button', { type: 'button', 'data-key': 'more', on: { click: isLooking ? lookOn(next) : showMore } }, T.common.more) : null,
    ]);
  }

  async function load(signal) {
    page.first = await collect(page.wanted, signal);
    // A full list goes on from its own end.
    if (page.first.conversations.length >= page.wanted) page.beyond = null;
    render();
  }

  // To look for what a filter takes costs the server more than to list what is new.
  return { title: T.pages.queue, element: h('div', {}, views, filters, error, list, more), pace: isFiltered ? 3000 : undefined, load };
}
