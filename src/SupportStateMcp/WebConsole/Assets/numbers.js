// How much there is to do, and how fast it goes.
import { T } from './texts.js';
import { h, s, show, table, section } from './dom.js';
import * as api from './api.js';
import { span } from './format.js';

const [WIDTH, BAR, HEIGHT] = [320, 10, 120];

const figure = (svg, figures) => h('div', { class: 'figure' }, svg, figures);
const picture = (title, width, height, ...shapes) => s('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': T.numbers.chart(title), class: 'chart' }, shapes);

/** A table with a bar beside each value. */
function bars(title, head, entries) {
  const most = Math.max(1, ...entries.map(([, n]) => n));
  const bar = (n) => s('svg', { viewBox: `0 0 ${WIDTH} ${BAR}`, preserveAspectRatio: 'none', class: 'chart inline', 'aria-hidden': 'true' },
    s('rect', { x: 0, y: 0, width: (n / most) * WIDTH, height: BAR, class: 'bar' }));
  return section(title, table({ caption: title, columns: [head, T.numbers.count], rows: entries.map(([name, n]) => [name, h('span', { class: 'measure' }, h('span', {}, n), bar(n))]) }));
}

/** Two bars for each day. */
function columns(days) {
  const most = Math.max(1, ...days.flatMap((d) => [d.opened, d.closed]));
  const width = WIDTH / days.length;
  const bar = (n, x, kind) => s('rect', { x, y: HEIGHT - (n / most) * HEIGHT, width: width / 2 - 2, height: (n / most) * HEIGHT, rx: 2, class: kind });
  return section(T.numbers.days, figure(
    h('div', {},
      picture(T.numbers.days, WIDTH, HEIGHT, s('line', { x1: 0, y1: HEIGHT, x2: WIDTH, y2: HEIGHT, class: 'axis' }), days.map((d, i) => [bar(d.opened, i * width + 1, 'bar'), bar(d.closed, i * width + width / 2, 'bar second')])),
      h('p', { class: 'legend' }, h('span', { class: 'key', 'aria-hidden': 'true' }), `${T.numbers.opened} `, h('span', { class: 'key second', 'aria-hidden': 'true' }), T.numbers.closed)),
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': T.numbers.figures }, table({ caption: T.numbers.days, columns: [T.numbers.day, T.numbers.opened, T.numbers.closed], rows: [...days].reverse().map((d) => [d.day, d.opened, d.closed]) }))));
}

const time = (seconds) => (seconds === undefined ? '–' : span(seconds));
const tile = (name, value, detail) => h('div', { class: 'tile' }, h('dt', {}, name), h('dd', {}, h('strong', {}, value), detail ? h('span', { class: 'quiet-text' }, detail) : null));

export function numbers() {
  const content = h('div', {});
  async function load(signal) {
    const n = await api.numbers(signal);
    const { at, ...figures } = n;
    show(content, figures, () => {
      const times = [[T.numbers.waitingTime, n.waiting_time], [T.numbers.first, n.first_response], [T.numbers.resolution, n.resolution], [T.numbers.decision, n.decision]];
      return [
        h('p', { class: 'quiet-text' }, T.numbers.of(n.conversations, n.complete)),
        h('dl', { class: 'tiles' },
          tile(T.numbers.waiting, n.waiting), tile(T.numbers.longest, time(n.waiting_time.longest)), tile(T.numbers.pending, n.pending_approvals),
          tile(T.numbers.open, n.by_owner.reduce((sum, o) => sum + o.count, 0)),
          tile(T.numbers.first, time(n.first_response.median), n.first_response.count ? T.numbers.medianOf(n.first_response.count) : null),
          tile(T.numbers.resolution, time(n.resolution.median), n.resolution.count ? T.numbers.medianOf(n.resolution.count) : null)),
        h('div', { class: 'grid' },
          columns(n.days),
          bars(T.numbers.byState, T.numbers.state, n.by_state.map((c) => [T.state(c.name), c.count])),
          bars(T.numbers.byOwner, T.numbers.owner, n.by_owner.map((c) => [T.numbers.owners[c.name], c.count])),
          bars(T.numbers.approvals, T.numbers.status, n.approvals.map((c) => [T.statuses[c.name], c.count])),
          bars(T.numbers.tickets, T.numbers.status, n.tickets.map((c) => [T.numbers.runs[c.name], c.count])),
          section(T.numbers.spans, table({
            caption: T.numbers.spansCaption,
            columns: [T.numbers.what, T.numbers.count, T.numbers.median, T.numbers.ninthDecile, T.numbers.longestOf],
            rows: times.map(([name, t]) => [name, t.count, time(t.median), time(t.ninth_decile), time(t.longest)]),
          }))),
      ];
    });
  }
  return { title: T.pages.numbers, element: content, concerns: () => false, every: 10000, load };
}
