// The frame of a view within an MCP host: what it was opened with, which page shows it, and where its links lead.
import { T } from '../Assets/texts.js';
import { h } from '../Assets/dom.js';
import * as api from './api.js';
import { failure, fill, notice, perform, say } from '../Assets/page.js';
import { DECIDE, connect, notify, on, opensLinks, passesCalls, request } from './host.js';

const READS = new Set(['get_approval', 'list_pending_approvals', 'get_state', 'get_history', 'get_events']);

const written = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? '';
// By the server, when the view was read: where people work, and whether the connection is a person who may decide.
const address = written('support-console');
const decides = written('support-decides') === 'true';

const app = { page: null, home: null, routes: [], input: {} };
const main = document.querySelector('main');

/** Whether a tool can be called from here. The server decides again: a call arrives as the host's. */
export const can = (tool) => passesCalls() && (READS.has(tool) || (tool === DECIDE && decides));

/** Who is signed in at the host is not told to a view. */
export const me = () => ({ actor: null, toolsets: [] });

/** A view has no history to come back by. */
export const remember = () => {};

const routeOf = (href) => app.routes.map(([pattern, make]) => [pattern.exec(href), make]).find(([match]) => match);

/** Whether an address leads somewhere from here: to a page of this view, or to the console by the host. */
export const leads = (href) => Boolean(routeOf(href)) || (address !== '' && opensLinks());

/** Shows a page of this view, or asks the host to open one of the console. */
export function go(href) {
  const [match, make] = routeOf(href) ?? [];
  return match ? mount(make({ id: match[1] && decodeURIComponent(match[1]) })) : openInConsole(href);
}

const openInConsole = (href) => attempt(app.page.error, async () => {
  const { isError } = await request('ui/open-link', { url: new URL(href, address).href });
  if (isError) throw new api.Failure(T.host.notOpened, 'refused');
});

/** Where else an approval can be decided. */
export function elsewhere(a) {
  const href = `/console/approvals/${encodeURIComponent(a.approval_id)}`;
  if (address !== '' && opensLinks()) {
    return h('div', { class: 'row' }, h('button', { type: 'button', class: 'primary', 'data-key': 'elsewhere', on: { click: () => openInConsole(href) } }, T.host.inConsole));
  }
  return [
    h('p', {}, T.host.byCommand),
    h('pre', { tabindex: '0' }, h('code', {}, `SupportStateMcp approve ${a.approval_id}\nSupportStateMcp reject ${a.approval_id}`)),
    address === '' ? null : h('p', { class: 'value' }, new URL(href, address).href)];
}

const frame = { isShown: (page) => page === app.page };

/** Does something that the person asked for; what is refused is shown in place. True where it was done. */
export const attempt = perform;

/** Fills the page that is shown again, now. */
export const reload = () => fill(app.page, frame);

async function mount(page, focus = true) {
  app.page?.abort.abort();
  const mounted = { ...page, abort: new AbortController(), error: h('div', { class: 'error-place' }) };
  app.page = mounted;
  const heading = h('h1', { tabindex: '-1' }, page.title);
  const refresh = h('button', { type: 'button', on: { click: again } }, T.host.refresh);
  const isHome = app.home === null || app.home === page;
  app.home ??= page;
  main.replaceChildren(
    h('div', { class: 'head' }, heading,
      h('div', { class: 'row' }, isHome ? null : h('button', { type: 'button', on: { click: () => mount(app.home) } }, T.common.back(app.home.title)), passesCalls() ? refresh : null)),
    mounted.error, page.element, notice);
  if (focus) heading.focus();
  main.setAttribute('aria-busy', 'true');
  await fill(mounted, frame);
  if (mounted === app.page) main.removeAttribute('aria-busy');
}

async function again() {
  await reload();
  if (app.page.error.childElementCount === 0) say(T.host.refreshed);
}

function message(text, isFailure = false) {
  main.replaceChildren(h('h1', {}, document.title), isFailure ? failure(new api.Failure(text, 'refused')) : h('p', { role: 'status' }, text));
  main.removeAttribute('aria-busy');
}

function dress({ theme }) {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
}

/**
 * Begins. routes: [pattern of an address of the console, the page that shows it]. first: makes the page for an answer of a tool, and
 * keeps the answer for it.
 */
export async function start(routes, first) {
  app.routes = routes;
  if (parent === window) return message(T.host.none);
  message(T.host.connecting);
  main.setAttribute('aria-busy', 'true');
  on('ping', () => {});
  on('ui/resource-teardown', () => app.page?.abort.abort());
  on('ui/notifications/host-context-changed', dress);
  on('ui/notifications/tool-input', (params) => { app.input = params.arguments ?? {}; });
  on('ui/notifications/tool-cancelled', () => message(T.host.cancelled));
  on('ui/notifications/tool-result', (result) => {
    app.home = null;
    try {
      mount(first(api.open(result), app.input), false);
    } catch (error) {
      message(error instanceof api.Failure ? error.message : T.errors.unknown, true);
    }
  });
  document.addEventListener('click', (event) => {
    const a = event.target.closest?.('a[href]');
    if (!a) return;
    event.preventDefault();
    go(a.getAttribute('href'));
  });
  try {
    dress(await connect());
  } catch (error) {
    return message(error.message, true);
  }
  new ResizeObserver(() => {
    const { width, height } = document.documentElement.getBoundingClientRect();
    notify('ui/notifications/size-changed', { width: Math.ceil(width), height: Math.ceil(height) });
  }).observe(document.documentElement);
  return undefined;
}
