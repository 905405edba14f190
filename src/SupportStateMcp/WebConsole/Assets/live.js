// Tells when something has changed: by the stream of events, and where there is none, by the clock.
import { T } from './texts.js';

const DEBOUNCE = 200;
const POLL = 5000;
const RETRY = 30000;

export class Live {
  /** changed is called with the ids of the conversations that changed, or with null where nobody knows which. */
  constructor(changed, tell) {
    this.changed = changed;
    this.tell = tell;
    this.seen = new Set();
    document.addEventListener('visibilitychange', () => this.visible());
  }

  /** hasStream: whether who is signed in may read the stream. */
  start(hasStream) {
    this.stop();
    this.hasStream = hasStream;
    this.running = true;
    this.tell(T.live.connecting, 'connecting');
    this.open();
  }

  stop() {
    this.running = false;
    this.source?.close();
    this.source = null;
    for (const timer of [this.timer, this.poller, this.retry]) clearTimeout(timer);
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
    source.onopen = () => {
      if (source !== this.source) return;
      const wasDown = this.poller !== undefined;
      clearTimeout(this.poller);
      this.poller = undefined;
      this.tell(T.live.live, 'live');
      if (wasDown) this.changed(null);
    };
    source.onmessage = (message) => {
      let id = null;
      try {
        const event = JSON.parse(message.data);
        id = event.subject ?? event.data?.conversation_id ?? null;
      } catch {
        // Something changed, whatever it was.
      }
      this.note(id);
    };
    // The server could not tell everything: what is shown is read again.
    source.addEventListener('missed', () => this.note(null));
    source.onerror = () => {
      if (source !== this.source) return;
      this.poll();
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.running && this.open(), RETRY);
    };
  }

  note(id) {
    this.seen.add(id);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const seen = this.seen;
      this.seen = new Set();
      this.changed(seen.has(null) ? null : seen);
    }, DEBOUNCE);
  }

  poll() {
    if (this.poller !== undefined) return;
    this.tell(T.live.polling, 'polling');
    const again = async () => {
      if (!this.running || this.poller === undefined) return;
      if (!document.hidden) {
        const reached = await this.changed(null);
        if (this.poller !== undefined) this.tell(reached === false ? T.live.offline : T.live.polling, reached === false ? 'offline' : 'polling');
      }
      if (this.poller !== undefined) this.poller = setTimeout(again, POLL);
    };
    this.poller = setTimeout(again, POLL);
  }

  visible() {
    if (this.running && !document.hidden) this.changed(null);
  }
}
