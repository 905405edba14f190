// What agents find answers in: search, one article, drafts to publish.
import { T } from './texts.js';
import { h, show, table, facts, field, section } from './dom.js';
import * as api from './api.js';
import { actor, badge, clock, instant, link, toArticle } from './format.js';
import { change } from './diff.js';
import { markdown } from './markdown.js';
import { attempt, can, go, reload } from './main.js';

export function knowledge({ query }) {
  const id = query.get('article');
  return id ? article(id) : overview(query.get('q')?.trim() ?? '');
}

function overview(q) {
  const input = h('input', { type: 'search', value: q, maxlength: 1000 });
  const submit = (event) => {
    event.preventDefault();
    go(`/console/knowledge?q=${encodeURIComponent(input.value.trim())}`, { focus: false });
  };
  const found = h('div', {});
  const drafts = h('div', {});

  async function load(signal) {
    const [answers, written] = await Promise.all([q ? api.call('query_knowledge_base', { query: q, k: 20 }, signal) : null, api.drafts(signal)]);
    const hits = answers?.results[0].articles ?? [];
    // Of an article of another server there is no more here than what was found of it.
    const isForeign = answers?.mode === 'foreign';
    show(found, [q, hits], () => (q ? section(T.knowledge.resultsTitle, hits.length === 0 ? h('p', { class: 'empty' }, T.knowledge.nothing) : [
      h('p', { class: 'quiet-text', role: 'status' }, T.knowledge.results(hits.length)),
      h('ol', { class: 'plain hits' }, hits.map((a) => h('li', {},
        h('h3', {}, isForeign ? a.title : toArticle(a.article_id, a.title)), a.heading ? h('p', { class: 'quiet-text' }, T.knowledge.section(a.heading)) : null, h('p', {}, a.excerpt)))),
    ]) : []));
    show(drafts, written, () => section(T.knowledge.drafts, written.articles.length === 0 ? h('p', { class: 'empty' }, T.knowledge.noDrafts) : [table({
      caption: T.knowledge.draftsCaption,
      columns: [T.knowledge.title, T.knowledge.tags, T.knowledge.by, T.fields.changed],
      rows: written.articles.map((a) => [toArticle(a.article_id, a.title), a.tags.join(', '), actor(a.updated_by), clock(a.updated_at)]),
    }), written.complete ? null : h('p', { class: 'hint' }, T.knowledge.moreDrafts(written.articles.length))]));
  }
  return {
    title: T.pages.knowledge,
    element: h('div', {}, h('form', { class: 'filters', role: 'search', on: { submit } }, field(T.knowledge.find, input), h('button', { type: 'submit' }, T.common.search)),
      h('div', { class: 'stack' }, found, drafts)),
    // Articles are of no conversation.
    concerns: () => false,
    load,
  };
}

/** All that is edited, in one text. */
const wholeOf = (a) => `${a.title}\n${a.tags.join(', ')}\n${a.content}`;

function article(id) {
  const head = h('div', {});
  const body = h('div', {});
  const error = h('div', {});
  const news = h('div', { role: 'status' });
  let editor = null;
  let current = null;
  // The article as it was when it began to be edited, and what the fields then had: their ends of lines may be others.
  let edited = null;
  let begun = null;

  /** What stands in the fields; without fields, in the article. */
  const values = () => (editor ? { title: editor.title.value, tags: editor.tags.value, content: editor.content.value } : { title: current.title, tags: current.tags.join(', '), content: current.content });
  const same = (a, b) => a.title === b.title && a.tags === b.tags && a.content === b.content;

  const save = (status, said) => (event) => attempt(error, async () => {
    const sent = values();
    const written = {
      title: sent.title.trim(), content: editor && sent.content === begun.content ? edited.content : sent.content, tags: sent.tags.split(',').map((t) => t.trim()).filter(Boolean),
    };
    const { version } = await api.call('save_article', { article_id: id, ...written, status, expected_version: current.version }).catch(async (refused) => {
      // The newer version is shown, and the next attempt is on top of it.
      if (refused.code === 'version_conflict') await reload();
      throw refused;
    });
    // What was written since stays, and goes on top of what was saved.
    if (editor && !same(values(), sent)) {
      edited = { ...current, ...written, version };
      begun = sent;
      await reload();
      return said;
    }
    editor = null;
    await reload();
    head.querySelector('[tabindex]')?.focus();
    return said;
  }, { button: event.currentTarget });

  const edit = () => {
    edited = current;
    editor = {
      title: h('input', { type: 'text', value: current.title, maxlength: 300 }), tags: h('input', { type: 'text', value: current.tags.join(', ') }), content: h('textarea', { rows: 24, value: current.content, maxlength: 50000 }),
    };
    begun = values();
    render();
    editor.title.focus();
  };

  function render() {
    const a = current;
    const button = (label, run, kind) => h('button', { type: 'button', class: kind, on: { click: run } }, label);
    show(head, [a.version, a.status, editor !== null], () => section(a.title,
      h('p', { tabindex: '-1' }, badge(T.knowledge.statuses[a.status], `article-${a.status}`), ' ', h('span', { class: 'quiet-text' }, T.knowledge.version(a.version, instant(a.updated_at), a.updated_by))),
      facts([[T.knowledge.tags, a.tags.join(', ')]]),
      can('save_article') ? h('div', { class: 'row' },
        editor ? button(T.common.cancel, () => { editor = null; render(); head.querySelector('[tabindex]')?.focus(); }) : button(T.knowledge.edit, edit),
        a.status !== 'published' ? button(T.knowledge.publish, save('published', T.knowledge.published), 'primary') : editor ? button(T.knowledge.publish, save('published', T.knowledge.published), 'primary') : null,
        editor && a.status === 'draft' ? button(T.knowledge.save, save('draft', T.knowledge.saved)) : null,
        a.status === 'published' && !editor ? button(T.knowledge.archive, save('archived', T.knowledge.archived)) : null) : null));
    show(news, editor ? [a.version, edited.version] : null, () => (editor && a.version !== edited.version
      ? h('div', { class: 'banner' }, h('p', {}, T.knowledge.changedWhileEditing(a.updated_by, a.version)), change(wholeOf(edited), wholeOf(a))) : []));
    show(body, editor ? null : a.version, () => (editor
      ? section(T.knowledge.edit, field(T.knowledge.title, editor.title), field(T.knowledge.tags, editor.tags, { hint: T.knowledge.tagsHint }), field(T.knowledge.content, editor.content))
      : section(T.knowledge.content, markdown(a.content))));
  }

  return {
    title: `${T.pages.article} ${id}`,
    aside: link('/console/knowledge', T.common.back(T.pages.knowledge)),
    element: h('div', { class: 'stack' }, head, error, news, body),
    concerns: () => false,
    unsaved: () => editor !== null && !same(values(), begun),
    load: async (signal) => {
      current = await api.article(id, signal);
      render();
    },
  };
}
