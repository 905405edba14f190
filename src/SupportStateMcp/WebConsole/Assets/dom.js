// Builds elements. Text becomes text nodes and nothing else: no string is ever read as markup, and nothing in it stays invisible.

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const JOINERS = '\u200c\u200d';

/**
 * Text that somebody else wrote, made safe to show: what would turn the direction of writing or stay invisible is spelled out. People
 * decide on what they see, so the rules are those of the command line (SafeText). Line ends and tabs are for the page to lay out.
 */
export const safe = (text) => text.replace(/\r\n?/g, '\n').replace(HIDDEN, (c, at, whole) => {
  const code = c.codePointAt(0);
  if (c === '\n' || c === '\t') return c;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  // Half of a pair is no character.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  // Many scripts, and emoji, are written with joiners; plain letters are not, and among them one would only hide.
  if (JOINERS.includes(c) && whole.charCodeAt(at - 1) > 0x7f && whole.charCodeAt(at + 1) > 0x7f) return c;
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
});

const SVG = 'http://www.w3.org/2000/svg';

/** An element with properties and children; null, false and undefined children are left out. */
export function h(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

/** The same for SVG. */
export function s(name, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

function fill(element, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'on') {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (key.startsWith('on') || key === 'style' || key === 'srcdoc' || key === 'src') {
      throw new Error(`${key} is not set here.`);
    } else if (key === 'href') {
      // Addresses of this console only, whatever a text says.
      if (!/^(\/console|#)/.test(value)) throw new Error('A link leads out of the console.');
      element.setAttribute(key, value);
    } else if (key === 'value') {
      element.value = value;
    } else {
      element.setAttribute(key, value === true ? '' : String(value));
    }
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false).map((c) => (typeof c === 'string' ? safe(c) : c)));
  return element;
}

/** Text for screen readers alone. */
export const hidden = (text) => h('span', { class: 'hidden' }, text);

let lastId = 0;
export const newId = (what = 'id') => `${what}-${(lastId += 1)}`;

/** What has the key, in a container. */
export const keyed = (container, key) => [...container.querySelectorAll('[data-key]')].find((e) => e.getAttribute('data-key') === key);

/**
 * Puts new content into a container where its data has changed. What has the focus keeps it: the new element with the same data-key
 * gets it, or where there is none the container. What was opened stays open, and what was scrolled stays where it was.
 */
export function show(container, data, build) {
  const key = JSON.stringify(data);
  if (container.shownKey === key) return;
  container.shownKey = key;
  const focused = container.contains(document.activeElement) ? document.activeElement : null;
  const opened = [...container.querySelectorAll('details[open] > summary[data-key]')].map((e) => e.getAttribute('data-key'));
  const scrolled = [...container.querySelectorAll('.scroll')].map((e) => e.scrollTop);
  container.replaceChildren(...[build()].flat(Infinity).filter(Boolean));
  for (const name of opened) keyed(container, name)?.parentElement.setAttribute('open', '');
  container.querySelectorAll('.scroll').forEach((e, i) => { e.scrollTop = scrolled[i] ?? 0; });
  if (focused && !container.contains(document.activeElement)) keep(container, focused);
}

/** Gives the focus back: to the same element, to one with the same key, to the container, or where that is empty to the head of the page. */
function keep(container, focused) {
  const next = container.contains(focused) ? focused : keyed(container, focused.closest('[data-key]')?.getAttribute('data-key'));
  if (next) return next.focus();
  container.tabIndex = -1;
  container.focus({ preventScroll: true });
  if (document.activeElement !== container) document.querySelector('h1')?.focus({ preventScroll: true });
  return undefined;
}

/** Takes away what is in a container. */
export function clear(container) {
  container.shownKey = undefined;
  container.replaceChildren();
}

/** A table with a caption; each column has a head, each row its cells. On a narrow screen a cell shows its head itself. */
export function table({ caption, columns, rows, showCaption = false }) {
  // The roles are said, since the narrow layout takes those of the elements away.
  const row = (...cells) => h('tr', { role: 'row' }, cells);
  return h('div', { class: 'table' },
    h('table', { role: 'table' },
      h('caption', { class: showCaption ? null : 'hidden' }, caption),
      h('thead', { role: 'rowgroup' }, row(columns.map((c) => h('th', { scope: 'col', role: 'columnheader' }, c)))),
      h('tbody', { role: 'rowgroup' }, rows.map((cells) => row(cells.map((cell, i) => (
        i === 0 ? h('th', { scope: 'row', role: 'rowheader' }, cell ?? '') : h('td', { role: 'cell', 'data-head': columns[i] }, cell ?? '')
      )))))));
}

/** Names and values; those without a value are left out. */
export function facts(entries) {
  const shown = entries.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false);
  return shown.length === 0 ? null : h('dl', { class: 'facts' }, shown.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

/** A field of a form: its label, its control and, where there is one, a hint. */
export function field(label, control, { hint, required } = {}) {
  control.id ||= newId('field');
  const described = hint ? newId('hint') : null;
  if (described) control.setAttribute('aria-describedby', described);
  if (required) control.required = true;
  return h('div', { class: 'field' },
    h('label', { for: control.id }, label),
    hint ? h('p', { id: described, class: 'hint' }, hint) : null,
    control);
}

export function select(options, value, properties = {}) {
  const element = h('select', properties, options.map(([key, text]) => h('option', { value: key }, text)));
  element.value = value ?? options[0]?.[0];
  return element;
}

export const section = (title, ...children) => {
  const id = newId('section');
  return h('section', { class: 'card', 'aria-labelledby': id }, h('h2', { id }, title), ...children);
};
