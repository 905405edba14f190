// The official clients, installed beside the conformance suite, and how the server under test is started.
import { createRequire } from 'node:module';

export const load = createRequire(new URL('../conformance/package.json', import.meta.url));

/** The built server; run.sh says where it is. */
export const server = process.env.SERVER;

/** The address of the server that run.sh has started. */
export const url = new URL(process.env.SERVER_URL);

/** The address of the one that keeps sessions for clients of the initialize handshake. */
export const sessionsUrl = new URL(process.env.SESSIONS_URL);

/** The address of the one that asks for a token. */
export const guardedUrl = new URL(process.env.GUARDED_URL);

let tickets = 0;

/** A ticket nobody has used yet. */
export const newTicket = () => `IOP-${process.pid}-${Date.now()}-${++tickets}`;
