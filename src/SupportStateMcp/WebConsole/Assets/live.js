// Tells when something has changed: by the stream of events, and where there is none, by the clock.
import { T } from './texts.js';

const DEBOUNCE = 200;
const POLL = 5000;
const RETRY = 30000;
// The server is heard every 15 seconds; a connection that is silent for three times as long is dead, whatever the browser thinks of it.
const SILENCE = 45000;

export class Live {
  /** changed is called with the ids of the conversations that changed, or with null where nobody knows which. */
  constructor(changed, tell) {
    this.changed = changed;
    this.tell = tell;
    this.seen = new Set();
    document.addEventListener('visibilitychange', () => {
      if (!this.running) return;
      this.begin();
      if (!document.hidden) this.changed(null);
    });
  }

  /** hasStream: whether who is signed in may read the stream. */
  start(hasStream) {
    this.hasStream = hasStream;
    this.running = true;
    this.begin();
  }

  stop() {
    this.running = false;
    this.close();
  }

  /** A hidden page holds no connection: over HTTP/1.1 a browser has six of them for all its tabs. What happened meanwhile is read as it is shown again. */
  begin() {
    this.close();
    if (document.hidden) return this.tell(T.live.paused, 'paused');
    this.tell(T.live.connecting, 'connecting');
    return this.open();
  }

  close() {
    this.source?.close();
    this.source = null;
    for (const timer of ['timer', 'poller', 'retry', 'watchdog']) {
      clearTimeout(this[timer]);
      this[timer] = undefined;
    }
    this.seen = new Set();
  }

  open() {
    if (!this.hasStream) {
      this.poll();
      return;
    }

    this.source?.close();
    // The browser reconnects by itself, with Last-Event-ID, unless the server refuses.
    const source = new EventSource('/events/stream');
    this.source = source;
    this.watch();
    source.onopen = () => {
      if (source !== this.source) return;
      clearTimeout(this.poller);
      this.poller = undefined;
      this.watch();
      this.tell(T.live.live, 'live');
      // What happened before the stream began is in none of its events.
      this.changed(null);
    };
    source.onmessage = (message) => {
      this.watch();
      let id = null;
      try {
        const event = JSON.parse(message.data);
        id = event.subject ?? event.data?.conversation_id ?? null;
      } catch {
        // Something changed, whatever it was.
      }
      this.note(id);
    };
    source.addEventListener('beat', () => this.watch());
    // The server could not tell everything: what is shown is read again.
    source.addEventListener('missed', () => {
      this.watch();
      this.note(null);
    });
    source.onerror = () => {
      if (source !== this.source) return;
      this.poll();
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.watchdog);
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.open(), RETRY);
    };
  }

  /** Begins to wait for the next sign of life. */
  watch() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      this.poll();
      this.open();
    }, SILENCE);
  }

  note(id) {
    this.seen.add(id);
    this.timer ??= setTimeout(() => {
      const seen = this.seen;
      this.seen = new Set();
      this.timer = undefined;
      this.changed(seen.has(null) ? null : seen);
    }, DEBOUNCE);
  }

  poll() {
    if (this.poller !== undefined) return;
    this.tell(T.live.polling, 'polling');
    // Where another began while an answer was on its way, this one ends with it.
    const own = {};
    this.polling = own;
    const again = async () => {
      const reached = await this.changed(null);
      if (this.poller === undefined || this.polling !== own) return;
      this.tell(reached === false ? T.live.offline : T.live.polling, reached === false ? 'offline' : 'polling');
      this.poller = setTimeout(again, POLL);
    };
    this.poller = setTimeout(again, POLL);
  }
}
