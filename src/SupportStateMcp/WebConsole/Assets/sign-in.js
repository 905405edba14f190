// Signing in with a token that is pasted once.
import { T } from './texts.js';
import { h, field } from './dom.js';
import * as api from './api.js';
import { attempt, go } from './main.js';

/** An address of the console, and of nothing else. */
function destination(to) {
  if (!URL.canParse(to ?? '', location.href)) return '/console/queue';
  const { origin, pathname, search } = new URL(to ?? '', location.href);
  return origin === location.origin && pathname.startsWith('/console/') && pathname !== '/console/sign-in' ? pathname + search : '/console/queue';
}

export function signIn({ session, done }) {
  if (!session.asks_for_token) return { title: T.pages.signIn, element: h('p', {}, T.signIn.none) };
  const to = destination(new URLSearchParams(location.search).get('to'));
  const token = h('input', { type: 'password', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', name: 'token' });
  const error = h('div', {});
  const button = h('button', { type: 'submit', class: 'primary' }, T.signIn.submit);
  const submit = async (event) => {
    event.preventDefault();
    const ok = await attempt(error, async () => {
      await api.signIn(token.value.trim());
      const now = await done();
      if (!now.signed_in) throw new api.Failure(T.signIn.notKept, 'cookie');
    }, { button });
    if (!ok) return token.focus();
    return go(to, { replace: true });
  };
  return {
    title: T.pages.signIn,
    element: h('form', { class: 'card narrow', on: { submit } },
      session.sign_in_at ? h('p', {}, h('a', { href: `${session.sign_in_at}?to=${encodeURIComponent(to)}`, class: 'button primary', rel: 'external' }, T.signIn.provider)) : null,
      h('p', {}, T.signIn.intro), field(T.signIn.token, token, { hint: T.signIn.hint, required: true }), error, h('div', { class: 'row' }, button)),
  };
}
