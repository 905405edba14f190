// Markdown as elements: headings, lists, quotations, code, paragraphs. Links stay text, so that nothing that was written leads anywhere.
import { h } from './dom.js';

const LONGEST = 200000;

function inline(text) {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).map((part) => {
    if (part.length > 2 && part.startsWith('`') && part.endsWith('`')) return h('code', {}, part.slice(1, -1));
    return part.length > 4 && part.startsWith('**') && part.endsWith('**') ? h('strong', {}, part.slice(2, -2)) : part;
  });
}

/** level: of the first heading, so that the outline of the page stays whole. */
export function markdown(text, level = 3) {
  const lines = text.slice(0, LONGEST).split(/\r\n?|\n/);
  const blocks = [];
  let i = 0;
  const take = (pattern) => {
    const taken = [];
    while (i < lines.length && pattern.test(lines[i])) {
      taken.push(lines[i].replace(pattern, ''));
      i += 1;
    }
    return taken;
  };
  let depth = 0;
  while (i < lines.length) {
    const line = lines[i];
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const fence = /^\s{0,3}(`{3,}|~{3,})/.exec(line);
    if (fence) {
      const end = lines.findIndex((l, at) => at > i && l.trim().startsWith(fence[1]));
      blocks.push(h('pre', { tabindex: '0' }, h('code', {}, lines.slice(i + 1, end < 0 ? lines.length : end).join('\n'))));
      i = end < 0 ? lines.length : end + 1;
    } else if (heading) {
      // No level is passed over on the way down.
      depth = Math.min(heading[1].length, depth + 1);
      blocks.push(h(`h${Math.min(6, level + depth - 1)}`, {}, inline(heading[2])));
      i += 1;
    } else if (/^\s*[-*+]\s+/.test(line)) {
      blocks.push(h('ul', {}, take(/^\s*[-*+]\s+/).map((t) => h('li', {}, inline(t)))));
    } else if (/^\s*\d+[.)]\s+/.test(line)) {
      // The number says where the list goes on after what came between.
      blocks.push(h('ol', { start: Number(/\d{1,9}/.exec(line)[0]) }, take(/^\s*\d+[.)]\s+/).map((t) => h('li', {}, inline(t)))));
    } else if (/^>/.test(line)) {
      blocks.push(h('blockquote', {}, take(/^> ?/).join('\n')));
    } else if (line.trim() === '') {
      i += 1;
    } else {
      const start = i;
      do i += 1; while (i < lines.length && lines[i].trim() !== '' && !/^(#{1,6}\s|>|\s*[-*+]\s|\s*\d+[.)]\s|\s{0,3}(`{3,}|~{3,}))/.test(lines[i]));
      blocks.push(h('p', {}, inline(lines.slice(start, i).join('\n'))));
    }
  }
  return h('div', { class: 'prose' }, blocks);
}
