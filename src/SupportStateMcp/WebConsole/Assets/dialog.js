// A form before everything else; the browser keeps the focus in it, and gives it back.
import { T } from './texts.js';
import { h, field, keyed, newId } from './dom.js';
import { attempt } from './main.js';

/** Closes whatever is open: a dialog belongs to the page that it was opened on. */
export function closeDialogs() {
  for (const e of document.querySelectorAll('dialog[open]')) e.close();
}

/** Whether something is written in an open dialog that would be lost. */
export const dialogIsWritten = () => [...document.querySelectorAll('dialog[open]')].some((e) => e.isWritten());

/** Asks for some values. fields: {name: [label, control, options]}; done gets the values and does what is asked for. */
export function dialog({ title, fields, submit, done }) {
  const id = newId('dialog');
  const opener = document.activeElement?.getAttribute('data-key');
  const error = h('div', {});
  const button = h('button', { type: 'submit', class: 'primary' }, submit);
  const form = h('form', {
    on: {
      submit: async (event) => {
        event.preventDefault();
        const values = Object.fromEntries(Object.entries(fields).map(([name, [, control]]) => [name, control.value.trim()]));
        if (await attempt(error, () => done(values), { button })) element.close();
      },
    },
  }, h('h2', { id }, title), Object.values(fields).map(([label, control, options]) => field(label, control, options)), error,
  h('div', { class: 'row' }, button, h('button', { type: 'button', on: { click: () => element.close() } }, T.common.cancel)));
  const element = h('dialog', { 'aria-labelledby': id, on: { close } }, form);
  function close() {
    element.remove();
    // The button that it was opened with may have been drawn anew meanwhile, or be gone.
    if (document.activeElement === document.body) (keyed(document, opener) ?? document.querySelector('h1'))?.focus();
  }
  const controls = Object.values(fields).map(([, control]) => control);
  const begun = controls.map((control) => control.value);
  element.isWritten = () => controls.some((control, i) => control.value !== begun[i]);
  document.body.append(element);
  element.showModal();
}
