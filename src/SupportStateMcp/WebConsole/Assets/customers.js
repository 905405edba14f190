// Who a customer is, and what is open for them.
import { T } from './texts.js';
import { h, show, table, facts, field, section } from './dom.js';
import * as api from './api.js';
import { actor, badge, clock, instant, link, priority, state, text, toConversation } from './format.js';
import { go, me } from './main.js';

/** In characters; addresses may be longer. */
const LONGEST_ID = 200;

export function customers({ query }) {
  const q = query.get('q')?.trim() ?? '';
  const input = h('input', { type: 'search', value: q, maxlength: 320, autocomplete: 'off' });
  const submit = (event) => {
    event.preventDefault();
    go(`/console/customers?q=${encodeURIComponent(input.value.trim())}`, { focus: false });
  };
  const content = h('div', { class: 'stack' }, q ? null : h('p', { class: 'empty' }, T.customers.intro));

  /** An id may look like an address: it goes first. */
  async function find(signal) {
    if (q.length > LONGEST_ID) return api.call('lookup_customer', { email: q }, signal);
    try {
      return await api.call('lookup_customer', { customer_id: q }, signal);
    } catch (error) {
      if (error.code !== 'customer_not_found' || !q.includes('@')) throw error;
      return api.call('lookup_customer', { email: q }, signal).catch((other) => {
        // What is no address is an id that nobody has.
        throw other.code === 'invalid_argument' ? error : other;
      });
    }
  }

  async function load(signal) {
    const c = await find(signal);
    const system = await api.call('lookup_system_info', { customer_id: c.customer_id }, signal).catch((error) => {
      if (error.code === 'not_found') return null;
      throw error;
    });
    show(content, [c, system], () => [
      section(c.name,
        h('p', {}, badge(c.entitled ? T.customers.entitled : T.customers.notEntitled, c.entitled ? 'good' : 'bad'), c.entitled_until ? ` ${T.customers.until(instant(c.entitled_until))}` : ''),
        facts([
          [T.fields.customer, c.customer_id], [T.customers.company, c.company], [T.customers.email, c.email], [T.customers.phone, c.phone], [T.customers.plan, c.plan], [T.customers.locale, c.locale],
          [T.customers.tags, c.tags?.join(', ')], ...Object.entries(c.custom).map(([k, v]) => [k, text(v)]), [T.common.updated, clock(c.updated_at)],
        ])),
      section(T.customers.system, system ? [
        facts([
          [T.customers.dapr, system.dapr_version], [T.customers.platform, system.platform], [T.customers.cloud, system.cloud_provider], ...Object.entries(system.custom).map(([k, v]) => [k, text(v)]),
          [T.common.updated, clock(system.updated_at)],
        ]),
        system.applications.length === 0 ? null : table({
          caption: T.customers.applicationsCaption, columns: [T.customers.application, T.customers.version], rows: system.applications.map((a) => [a.name, a.version ?? '']),
        }),
      ] : h('p', { class: 'empty' }, T.customers.noSystem)),
      me().toolsets.includes('conversations') ? section(T.customers.conversations,
        c.open_conversations.length === 0 ? h('p', { class: 'empty' }, T.customers.noConversations) : table({
          caption: T.customers.conversationsCaption,
          columns: [T.fields.conversation, T.fields.state, T.fields.priority, T.fields.owner, T.fields.changed],
          rows: c.open_conversations.map((o) => [toConversation(o.conversation_id), state(o.state), priority(o.priority), actor(o.owner), clock(o.updated_at)]),
        }),
        h('p', {}, link(`/console/queue?view=all&user_id=${encodeURIComponent(c.customer_id)}`, T.customers.allConversations))) : null,
    ]);
  }
  return {
    title: T.pages.customers,
    element: h('div', {}, h('form', { class: 'filters', role: 'search', on: { submit } }, field(T.customers.find, input), h('button', { type: 'submit' }, T.common.search)), content),
    pace: 5000,
    // Who looks for nobody yet asks the server nothing.
    load: q ? load : null,
  };
}
