// The host around this view: JSON-RPC 2.0 over postMessage (SEP-1865, revision 2026-01-26).
import { T } from '../Assets/texts.js';
import { Failure } from '../Assets/calls.js';

const REVISION = '2026-01-26';
const PATIENCE = 60000;
// A host may ask its person first.
const CONSENT = 600000;
export const DECIDE = 'decide_approval';
const METHOD_NOT_FOUND = -32601;

const waiting = new Map();
const handlers = new Map();
let lastId = 0;
let capabilities = {};

// Nobody but the window around this one is listened to; what its origin is, a view is not told.
const post = (message) => parent.postMessage({ jsonrpc: '2.0', ...message }, '*');

/** Asks the host for something. */
export function request(method, params, signal) {
  lastId += 1;
  const id = lastId;
  return new Promise((resolve, reject) => {
    const fail = (error) => {
      waiting.delete(id);
      reject(error);
    };
    const patience = params?.name === DECIDE || method === 'ui/open-link' ? CONSENT : PATIENCE;
    const timer = setTimeout(() => fail(new Failure(T.host.noAnswer, 'network')), patience);
    waiting.set(id, ({ error, result }) => {
      clearTimeout(timer);
      waiting.delete(id);
      if (error) reject(new Failure(String(error.message ?? T.errors.unknown), 'protocol'));
      else resolve(result ?? {});
    });
    signal?.addEventListener('abort', () => fail(signal.reason), { once: true });
    post({ id, method, params });
  });
}

export const notify = (method, params = {}) => post({ method, params });

/** What is done with a message of the host. What the handler returns answers a request. */
export const on = (method, handler) => handlers.set(method, handler);

addEventListener('message', ({ source, data }) => {
  if (source !== parent || data?.jsonrpc !== '2.0') return;
  const { id, method, params } = data;
  if (method === undefined) {
    waiting.get(id)?.(data);
    return;
  }
  const result = handlers.get(method)?.(params ?? {});
  if (id === undefined) return;
  if (handlers.has(method)) post({ id, result: result ?? {} });
  else post({ id, error: { code: METHOD_NOT_FOUND, message: 'A view does not do this.' } });
});

/** Says hello; what the host tells about itself and its surroundings. */
export async function connect() {
  const { hostCapabilities, hostContext } = await request('ui/initialize', {
    appInfo: { name: 'support-view', version: '1' }, appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] }, protocolVersion: REVISION,
  });
  capabilities = hostCapabilities ?? {};
  notify('ui/notifications/initialized');
  return hostContext ?? {};
}

/** Whether the host passes calls of tools on to the server. */
export const passesCalls = () => Boolean(capabilities.serverTools);
export const passesReads = () => Boolean(capabilities.serverResources);
export const opensLinks = () => Boolean(capabilities.openLinks);
