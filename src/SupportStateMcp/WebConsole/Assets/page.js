// What every page does: one load at a time, what was asked for and what came of it.
import { T } from './texts.js';
import { clear, h, show } from './dom.js';
import * as api from './api.js';

/** The line that tells what came of something. */
export const notice = h('p', { class: 'notice', role: 'status' });

/** Says what came of something, for everybody: it is shown, and read by screen readers. */
export function say(text) {
  notice.textContent = '';
  setTimeout(() => { notice.textContent = text; }, 50);
}

/** What went wrong, and a way to try again. */
export function failure(error, again) {
  if (!(error instanceof api.Failure)) console.error(error);
  return h('div', { class: 'failure', role: 'alert' },
    h('p', {}, h('strong', {}, `${T.errors.title}. `), error instanceof api.Failure ? error.message : T.errors.unknown),
    error instanceof api.SignedOut ? h('a', { class: 'button', href: `/console/sign-in?to=${encodeURIComponent(location.pathname + location.search)}` }, T.pages.signIn)
      : again ? h('button', { type: 'button', on: { click: again } }, T.errors.retry) : null);
}

/** Does something that the person asked for; what is refused is shown in place. True where it was done. */
export async function perform(place, work, { button } = {}) {
  if (button?.getAttribute('aria-disabled') === 'true') return false;
  button?.setAttribute('aria-disabled', 'true');
  place.replaceChildren();
  try {
    const said = await work();
    if (said) say(said);
    return true;
  } catch (error) {
    place.replaceChildren(failure(error));
    return false;
  } finally {
    button?.removeAttribute('aria-disabled');
  }
}

/**
 * Fills a page; false where the server could not be reached. One load at a time, and one after it for all that was asked for meanwhile:
 * no older answer comes after a newer one, and many events cost no more than the server can answer.
 */
export function fill(page, frame) {
  if (!page?.load) return Promise.resolve(true);
  if (page.loading) {
    page.next ??= page.loading.then(() => {
      page.next = null;
      return fill(page, frame);
    });
    return page.next;
  }
  page.loading = load(page, frame).finally(() => { page.loading = null; });
  return page.loading;
}

async function load(page, frame) {
  if (page.abort.signal.aborted) return true;
  try {
    await page.load(page.abort.signal);
    page.filled = true;
    clear(page.error);
    frame.filled?.();
    return true;
  } catch (error) {
    if (error.name === 'AbortError' || !frame.isShown(page)) return true;
    if (error instanceof api.SignedOut) {
      if (!page.filled) return frame.signedOut(error);
      frame.ended();
    }
    // What was erased is shown no longer.
    if (error.code === 'not_found') page.forget?.();
    show(page.error, error.message, () => failure(error, () => fill(page, frame)));
    return error.code !== 'network';
  }
}
