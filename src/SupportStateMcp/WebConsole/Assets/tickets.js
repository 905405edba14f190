// Tickets on their way through the pipeline.
import { T } from './texts.js';
import { clear, h, show, table, facts, field, section } from './dom.js';
import * as api from './api.js';
import { actor, badge, clock, link, priority, span, text, toApproval, toArticle, toConversation, toCustomer, toTicket } from './format.js';
import { go, me } from './main.js';

const status = (name) => badge(T.tickets.statuses[name] ?? name, `run-${name.toLowerCase()}`);

export function tickets() {
  const list = h('div', {});
  const input = h('input', { type: 'search', maxlength: 100, autocomplete: 'off' });
  const submit = (event) => {
    event.preventDefault();
    if (input.value.trim()) go(`/console/tickets/${encodeURIComponent(input.value.trim())}`);
  };
  async function load(signal) {
    const found = await api.tickets(signal);
    show(list, found, () => [
      found.tickets.length === 0 ? h('p', { class: 'empty' }, T.tickets.empty) : table({
        caption: T.tickets.caption,
        columns: [T.fields.ticket, T.fields.state, T.tickets.stage, T.fields.priority, T.fields.customer, T.tickets.started, T.fields.changed],
        rows: found.tickets.map((t) => [
          toTicket(t.ticket_id), h('span', {}, status(t.status), t.paused ? h('p', { class: 'quiet-text' }, T.tickets.paused) : null),
          t.outcome ? `${T.state(t.stage)}: ${T.state(t.outcome)}` : T.state(t.stage), priority(t.priority), toCustomer(t.customer_id), clock(t.started_at), clock(t.updated_at),
        ]),
      }),
      found.complete ? null : h('p', { class: 'hint' }, T.tickets.incomplete),
    ]);
  }
  return {
    title: T.pages.tickets,
    element: h('div', {}, h('form', { class: 'filters', role: 'search', on: { submit } }, field(T.tickets.find, input), h('button', { type: 'submit' }, T.tickets.open)), list),
    pace: 3000,
    load,
  };
}

export function ticket({ id }) {
  const content = h('div', { class: 'stack' });

  const analysis = (a) => (a ? [
    facts([
      [T.tickets.problem, a.problem], [T.tickets.findings, a.findings], [T.tickets.solution, h('span', { class: 'value' }, text(a.solution ?? ''))],
      [T.tickets.confidence, a.confidence === undefined ? null : text(a.confidence)],
      [T.tickets.citations, Array.isArray(a.citations) ? h('ul', { class: 'plain' }, a.citations.map((c) => h('li', {}, typeof c === 'string' && me().toolsets.includes('knowledge') && !me().foreign_knowledge ? toArticle(c) : text(c)))) : null],
    ]),
    Array.isArray(a.steps) && a.steps.length > 0 ? h('details', {}, h('summary', { 'data-key': 'steps' }, T.tickets.stepsToDo), h('ol', {}, a.steps.map((s) => h('li', {}, text(s))))) : null,
  ] : h('p', { class: 'empty' }, T.tickets.noAnalysis));

  /** A result of a pipeline of the desk's own, whatever it holds. */
  const object = (o) => facts(Object.entries(o).map(([k, v]) => [T.state(k), h('span', { class: 'value' }, text(v))]));

  async function load(signal) {
    const found = await api.call('ticket_status', { ticket_id: id }, signal);
    const o = found.output;
    show(content, found, () => [
      section(T.fields.state, facts([
        [T.fields.state, h('span', {}, status(found.status), o.paused ? ` ${T.tickets.paused}` : '')], [T.tickets.stage, T.state(o.stage)], [T.tickets.outcome, o.outcome ? T.state(o.outcome) : null],
        [T.fields.reason, o.reason], [T.tickets.entitled, o.entitled === undefined ? null : o.entitled ? T.common.yes : T.common.no],
        [T.fields.conversation, me().toolsets.includes('conversations') ? toConversation(`cs-${found.ticket_id}`) : null],
      ])),
      section(T.tickets.steps, table({
        caption: T.tickets.stepsCaption,
        columns: [T.tickets.step, T.tickets.role, T.tickets.state, T.tickets.attempt, T.tickets.actor, T.tickets.started, T.tickets.took, T.tickets.queries],
        rows: o.steps.map((s) => [
          h('span', {}, T.state(s.name), s.reason ? h('p', { class: 'quiet-text' }, s.reason) : null), s.role, badge(s.state, `step-${s.state}`), s.attempt, s.actor ? actor(s.actor) : '', clock(s.started_at),
          s.started_at && s.ended_at ? span((Date.parse(s.ended_at) - Date.parse(s.started_at)) / 1000) : s.lease_until && s.state === 'leased' ? clock(s.lease_until, 'left') : '', s.queries ?? '',
        ]),
      })),
      o.approval ? section(T.tickets.approval,
        h('p', {}, badge(T.statuses[o.approval.status], `approval-${o.approval.status}`), ' ', o.approval.status === 'pending' ? clock(o.approval.deadline, 'left') : o.approval.decided_by ?? ''),
        me().toolsets.includes('conversations') ? h('p', {}, toApproval(o.approval.approval_id, T.tickets.toApproval)) : null,
        facts([[T.tickets.finalSolution, o.approval.final_solution && o.approval.final_solution !== o.analysis?.solution ? h('span', { class: 'value' }, o.approval.final_solution) : null], [T.approvals.notes, o.approval.notes]])) : null,
      section(T.tickets.analysis, analysis(o.analysis)),
      o.triage ? section(T.tickets.triage, object(o.triage)) : null,
      o.notification ? section(T.tickets.letter, object(o.notification)) : null,
      section(T.tickets.timeline, h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': T.tickets.timelineCaption }, table({
        caption: T.tickets.timelineCaption,
        columns: [T.conversation.what, T.tickets.step, T.tickets.attempt, T.conversation.who, T.conversation.when],
        rows: [...o.timeline].reverse().map((e) => [T.state(e.event), e.step ? T.state(e.step) : '', e.attempt ?? '', actor(e.by), clock(e.at)]),
      }))),
    ]);
  }
  return {
    title: `${T.pages.ticket} ${id}`, aside: link('/console/tickets', T.common.back(T.pages.tickets)), element: content, concerns: (changed) => changed === `cs-${id}`, forget: () => clear(content), load,
  };
}
