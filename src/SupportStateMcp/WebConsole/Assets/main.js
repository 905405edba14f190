// The shell: who is signed in, which page is shown, and when it is refreshed.
import { T } from './texts.js';
import { h, show } from './dom.js';
import * as api from './api.js';
import { Live } from './live.js';
import { failure, fill, notice, perform, say } from './page.js';
import { badge } from './format.js';
import { closeDialogs, dialogIsWritten } from './dialog.js';
import { dropDrafts } from './drafts.js';
import { queue } from './queue.js';
import { conversation } from './conversation.js';
import { approvals, approval } from './approvals.js';
import { tickets, ticket } from './tickets.js';
import { customers } from './customers.js';
import { knowledge } from './knowledge.js';
import { numbers } from './numbers.js';
import { signIn } from './sign-in.js';

const ROOT = '/console';
const NAVIGATION = [
  ['queue', T.pages.queue, 'conversations'], ['approvals', T.pages.approvals, 'conversations'], ['tickets', T.pages.tickets, 'tickets'],
  ['customers', T.pages.customers, 'crm'], ['knowledge', T.pages.knowledge, 'knowledge'], ['numbers', T.pages.numbers, 'conversations'],
];
const ROUTES = [
  [/^\/(?:queue)?$/, 'queue', 'conversations', queue], [/^\/conversations\/([^/]+)$/, 'queue', 'conversations', conversation],
  [/^\/approvals$/, 'approvals', 'conversations', approvals], [/^\/approvals\/([^/]+)$/, 'approvals', 'conversations', approval],
  [/^\/tickets$/, 'tickets', 'tickets', tickets], [/^\/tickets\/([^/]+)$/, 'tickets', 'tickets', ticket],
  [/^\/customers$/, 'customers', 'crm', customers], [/^\/knowledge$/, 'knowledge', 'knowledge', knowledge], [/^\/numbers$/, 'numbers', 'conversations', numbers],
];

// address and state are those of the page in the history.
const app = { session: null, tools: new Set(), page: null, address: null, state: null };
const main = h('main', { id: 'content', tabindex: '-1' });
const navigation = h('nav', { 'aria-label': T.navigation });
const account = h('div', { class: 'account', role: 'group', 'aria-label': T.account });
const connection = h('p', { class: 'connection', role: 'status', 'aria-label': T.updates });
const skip = h('a', { class: 'skip', href: '#content', on: { click: (e) => { e.preventDefault(); main.focus(); } } }, T.skip);
const live = new Live(refresh, tell);

function tell(text, kind) {
  if (connection.textContent === text) return;
  connection.replaceChildren(h('span', { class: `dot ${kind}`, 'aria-hidden': 'true' }), text);
}

/** Whether the caller may call a tool; the server decides it, and lists what it serves. */
export const can = (tool) => app.tools.has(tool);
export const me = () => app.session;

/** Whether an address leads somewhere from here: within the console every one does. */
export const leads = () => true;

/** Where else an approval can be decided: nowhere, this is the console. */
export const elsewhere = () => null;

/** Keeps values with this page in the history, so that who comes back finds it as it was. */
export function remember(values) {
  app.state = { ...history.state, ...values };
  history.replaceState(app.state, '');
}

/** Whether something would be lost with the page. */
const unsaved = () => Boolean(app.page?.unsaved?.()) || dialogIsWritten();

/** Whether the page may be left: nothing is lost with it, or the person says so. */
const mayLeave = () => !unsaved() || confirm(T.common.leave);

/** Shows another page; with replace in the place of this one. */
export function go(address, { replace = false, focus = true } = {}) {
  if (address !== location.pathname + location.search) history[replace ? 'replaceState' : 'pushState'](null, '', address);
  return open(focus);
}

async function open(focus) {
  app.page?.abort.abort();
  app.address = location.pathname + location.search;
  app.state = history.state;
  closeDialogs();
  notice.textContent = '';
  const path = location.pathname.slice(ROOT.length).replace(/\/$/, '') || '/';
  if (path === '/sign-in') return mount(signIn({ session: app.session, done: begin }), 'sign-in', focus);
  if (!app.session?.signed_in) return go(`${ROOT}/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
  const route = ROUTES.map(([pattern, ...rest]) => [pattern.exec(path), ...rest]).find(([match]) => match);
  if (!route) return mount(message(T.pages.missing, T.common.missing), null, focus);
  const [match, name, set, make] = route;
  if (!app.session.toolsets.includes(set)) return mount(message(T.pages[name], T.common.notServed), name, focus);
  let id = null;
  try {
    id = match[1] === undefined ? null : decodeURIComponent(match[1]);
  } catch {
    return mount(message(T.pages.missing, T.common.missing), null, focus);
  }
  return mount(make({ id, query: new URLSearchParams(location.search), kept: history.state ?? {} }), name, focus);
}

const message = (title, text) => ({ title, element: h('p', {}, text) });

const SEARCHED = '[role=search] :is(input, select, button)';

/**
 * A page is a title, an element, and where it has data, a load that fills it. concerns tells whether a change is one for it; pace is how
 * many milliseconds later one is read; every, after how many it is read again whatever changes. unsaved tells whether something would be lost;
 * forget takes away what is shown, where there is no such thing any more.
 */
async function mount(page, name, focus) {
  const heading = h('h1', { tabindex: '-1' }, page.heading ?? page.title);
  const loading = page.load ? h('p', { class: 'empty', role: 'status' }, T.common.loading) : '';
  const error = h('div', { class: 'error-place' });
  const abort = new AbortController();
  const mounted = { ...page, abort, error };
  const { scroll = 0 } = history.state ?? {};
  const searched = [...main.querySelectorAll(SEARCHED)].indexOf(document.activeElement);
  app.page = mounted;
  document.title = T.title(page.title);
  for (const a of navigation.querySelectorAll('a')) {
    if (a.dataset.page === name) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  }
  main.replaceChildren(h('div', { class: 'head' }, heading, page.aside ?? ''), ...(name === 'sign-in' ? [] : banner()), error, loading, page.element, notice);
  scrollTo(0, 0);
  if (focus) heading.focus();
  // Who searches goes on from the field that they were in.
  else main.querySelectorAll(SEARCHED)[searched]?.focus();
  main.setAttribute('aria-busy', 'true');
  await load(mounted);
  if (mounted !== app.page) return;
  main.removeAttribute('aria-busy');
  loading.remove?.();
  if (scroll > 0) scrollTo(0, scroll);
  later(mounted);
  if (!page.every) return;
  const timer = setInterval(() => document.hidden || load(mounted), page.every);
  abort.signal.addEventListener('abort', () => clearInterval(timer));
}

/** Reads a page that has a pace after it: what the server has kept for a moment is older than the change by then. */
function later(page) {
  if (page.pace) page.later ??= setTimeout(() => { page.later = null; load(page); }, page.pace);
}

const frame = { isShown: (page) => page === app.page, signedOut, ended, filled: answered };
const load = (page) => fill(page, frame);

/** Does something that the person asked for; what is refused is shown in place. True where it was done. */
export async function attempt(place, work, options) {
  const isDone = await perform(place, work, options);
  if (isDone) answered();
  return isDone;
}

/** Fills the page that is shown again, now. */
export const reload = () => load(app.page);

/** Nobody is signed in any more, and there is nothing to show yet. */
async function signedOut(error) {
  ended();
  app.session = { ...app.session, signed_in: false };
  shell();
  await go(`${ROOT}/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
  say(error.message);
  return true;
}

/** Nobody is signed in any more; what is shown and written stays. */
function ended() {
  live.stop();
  tell(T.signIn.stopped, 'offline');
  return true;
}

/** The server answers who is shown: where it did not any more, they have signed in again, on another page. */
function answered() {
  if (app.session?.signed_in && !live.running) live.start(app.session.toolsets.includes('conversations'));
}

async function refresh(ids) {
  if (!app.session?.signed_in || document.hidden) return true;
  counts();
  const { page } = app;
  if (!page?.load || (ids && page.concerns && ![...ids].some(page.concerns))) return true;
  later(page);
  return ids && page.pace ? true : load(page);
}

let counting = null;

/** How many wait, at the links; asked for at most every two seconds. */
function counts() {
  if (!app.session.toolsets.includes('conversations')) return;
  counting ??= setTimeout(async () => {
    counting = null;
    try {
      const least = { limit: 1, max_characters: 2000 };
      const [waiting, pending] = await Promise.all([api.call('list_queue', least), api.call('list_pending_approvals', least)]);
      tally('queue', waiting.total, T.waitingCount(waiting.total));
      tally('approvals', pending.total, T.pendingCount(pending.total));
    } catch {
      // The page says it.
    }
  }, app.counted ? 2000 : 0);
  app.counted = true;
}

function tally(page, n, text) {
  const place = navigation.querySelector(`a[data-page="${page}"] .count`);
  if (place) show(place, n, () => (n > 0 ? [h('span', { 'aria-hidden': 'true' }, n), h('span', { class: 'hidden' }, `, ${text}`)] : []));
}

function banner() {
  const { session } = app;
  if (session.is_person) return [];
  return [h('section', { class: 'banner', 'aria-label': T.machine.title },
    h('p', {}, h('strong', {}, `${T.machine.title}. `), session.asks_for_token ? T.machine.token(session.actor) : T.machine.text(session.actor)),
    session.asks_for_token ? null : h('p', {}, T.machine.how))];
}

/** The frame around the pages. */
function shell() {
  const { session } = app;
  const signedIn = session?.signed_in;
  const failed = h('div', {});
  navigation.replaceChildren(...(signedIn ? [h('ul', {}, NAVIGATION.filter(([, , set]) => session.toolsets.includes(set)).map(([page, text]) => (
    h('li', {}, h('a', { href: `${ROOT}/${page}`, 'data-page': page }, text, h('span', { class: 'count' }))))))] : []));
  account.replaceChildren(...(signedIn ? [
    h('p', { class: 'who' }, session.demo ? [badge('Demo', 'demo'), ' '] : '', T.who(session.actor, session.roles)),
    session.demo ? h('p', { class: 'hint' }, T.demo) : '',
    session.asks_for_token ? h('button', { type: 'button', class: 'quiet', on: { click: leave(failed) } }, T.signIn.out) : '',
    failed,
  ] : []));
  connection.hidden = !signedIn;
  document.body.classList.toggle('signed-out', !signedIn);
}

const leave = (place) => async (event) => {
  if (!mayLeave() || !await perform(place, api.signOut, { button: event.currentTarget })) return;
  dropDrafts();
  live.stop();
  app.session = { ...app.session, signed_in: false };
  shell();
  await go(`${ROOT}/sign-in`);
  say(T.signIn.signedOut);
};

/** Learns who is signed in, and what they may do. */
async function begin() {
  app.session = await api.session();
  api.actAs(app.session.actor);
  app.tools = new Set();
  if (app.session.signed_in) {
    const sets = app.session.toolsets.filter((s) => ['conversations', 'tickets', 'knowledge', 'crm'].includes(s));
    app.tools = new Set((await Promise.all(sets.map((s) => api.tools(s)))).flat());
  }
  shell();
  if (app.session.signed_in) {
    live.start(app.session.toolsets.includes('conversations'));
    counts();
  }
  return app.session;
}

document.addEventListener('click', (event) => {
  const a = event.target.closest?.('a[href]');
  if (!a || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (!a.getAttribute('href').startsWith(ROOT) || a.rel === 'external') return;
  event.preventDefault();
  if (mayLeave()) go(a.getAttribute('href'));
});
addEventListener('popstate', () => {
  if (mayLeave()) open(true);
  // The history is another one by now: the page that stays is put where it leads to next.
  else history.pushState(app.state, '', app.address);
});
addEventListener('beforeunload', (event) => {
  if (unsaved()) event.preventDefault();
});
// The page is filled after the browser would scroll, so where somebody was is kept here.
history.scrollRestoration = 'manual';
addEventListener('scrollend', () => remember({ scroll: scrollY }));

document.body.replaceChildren(
  skip,
  h('header', {}, h('p', { class: 'brand' }, T.app), navigation, h('div', { class: 'foot' }, connection, account)),
  main);

try {
  await begin();
  await open(false);
} catch (error) {
  main.replaceChildren(h('h1', {}, T.app), failure(error, () => location.reload()));
}
