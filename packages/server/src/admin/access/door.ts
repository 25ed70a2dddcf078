import type { IncomingMessage } from 'node:http';
import type { Role } from '@crossgate/dialects';
import type { Audit } from '../../audit.ts';
import { type AdminReply, problem } from '../admin-reply.ts';
import type { Refused } from '../subject.ts';
import type { Access, AdminToken } from './access.ts';
import { openAttempts } from './attempts.ts';
import { isFromOwnPage, isRead } from './same-origin.ts';
import { endedSessionCookie, sessionCookie, sessionIdOf } from './session-cookie.ts';
import { openSessions } from './sessions.ts';
import { findToken } from './tokens.ts';

/** Whose request it is. */
export type Identity =
  | { readonly kind: 'loopback' }
  | {
      readonly kind: 'token';
      readonly name: string;
      readonly role: Role;
      /** Of the session, in milliseconds since the epoch; undefined where the token came with the request. */
      readonly endsAt?: number;
    };

/** Lets people and programs in: by a token with each request, or by a session that a token has begun. */
export interface Door {
  /** Whose request it is, or why nobody's. */
  readonly identify: (request: IncomingMessage) => Identity | Refused;
  /** Begins a session; gives whose it is, and the cookie. */
  readonly logIn: (
    request: IncomingMessage,
    shown: string,
  ) => { readonly identity: Identity; readonly headers: AdminReply['headers'] } | Refused;
  /** Ends the session of a request, and gives whose it was, if it has one, and what takes the cookie away. */
  readonly logOut: (request: IncomingMessage) => {
    readonly ended: Identity | undefined;
    readonly headers: AdminReply['headers'];
  };
}

/** A page that asks by itself says so: a session that nobody uses ends, also with a page left open. */
const BACKGROUND_HEADER = 'x-crossgate-background';

export function openDoor(access: () => Access, audit: Audit): Door {
  const attempts = openAttempts();
  const sessions = openSessions();

  function tryToken(
    request: IncomingMessage,
    tokens: readonly AdminToken[],
    shown: string,
  ): AdminToken | Refused {
    const now = Date.now();
    const address = addressOf(request);
    const found = findToken(tokens, shown);
    if (found && attempts.isKnown(address, found.name)) return found;
    // Whether the token was right must not be told to who waits.
    const waitMs = attempts.waitMs(address, now);
    if (waitMs > 0) return { refused: tooMany(Math.ceil(waitMs / 1000)) };
    if (found) {
      attempts.succeed(address, found.name);
      return found;
    }
    attempts.fail(address, now);
    const { method = '' } = request;
    const code = 'token-wrong';
    audit({ who: 'nobody', address, operation: 'token', method, outcome: 'refused', status: 401, code });
    const message = 'there is no such token: correct it, or ask whoever runs the server for one';
    return { refused: unauthorized(code, message, 'error="invalid_token"') };
  }

  function bySession(
    request: IncomingMessage,
    tokens: readonly AdminToken[],
    id: string,
  ): Identity | Refused {
    const isUse = request.headers[BACKGROUND_HEADER] === undefined;
    const session = sessions.find(id, tokens, Date.now(), isUse);
    if (!session) {
      const reply = unauthorized('session-ended', 'the session has ended: log in again');
      return { refused: { ...reply, headers: [...reply.headers, endedSessionCookie(request)] } };
    }
    // A browser sends the cookie whoever asks; who does must be known for everything that changes something.
    if (!isRead(request) && !isFromOwnPage(request)) {
      const message = 'a session is for pages of this server: programs send Authorization: Bearer TOKEN';
      return { refused: problem(403, 'origin', message) };
    }
    const { name, role } = session.token;
    return { kind: 'token', name, role, endsAt: session.endsAt };
  }

  return {
    identify: request => {
      const now = access();
      if (now.kind === 'loopback') return { kind: 'loopback' };
      const { authorization } = request.headers;
      if (authorization !== undefined) {
        const shown = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
        if (shown === undefined) {
          return { refused: unauthorized('authorization', 'give Authorization as: Bearer TOKEN') };
        }
        const token = tryToken(request, now.tokens, shown);
        return 'refused' in token ? token : { kind: 'token', name: token.name, role: token.role };
      }
      const id = sessionIdOf(request);
      return id === undefined ? { refused: LOG_IN } : bySession(request, now.tokens, id);
    },
    logIn: (request, shown) => {
      const now = access();
      if (now.kind === 'loopback') return { identity: { kind: 'loopback' }, headers: [] };
      const token = tryToken(request, now.tokens, shown);
      if ('refused' in token) return token;
      const former = sessionIdOf(request);
      if (former !== undefined) sessions.close(former);
      const { id, endsAt } = sessions.open(token, Date.now());
      const identity = { kind: 'token', name: token.name, role: token.role, endsAt } as const;
      return { identity, headers: [sessionCookie(request, id)] };
    },
    logOut: request => {
      const now = access();
      const id = sessionIdOf(request);
      const headers = [endedSessionCookie(request)];
      if (now.kind === 'loopback' || id === undefined) return { ended: undefined, headers };
      const found = bySession(request, now.tokens, id);
      if ('refused' in found) return { ended: undefined, headers };
      sessions.close(id);
      return { ended: found, headers };
    },
  };
}

export function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? 'unknown';
}

/** As the log tells it. */
export function whoIs(identity: Identity): string {
  return identity.kind === 'loopback' ? 'loopback' : `token:${identity.name}`;
}

const LOG_IN = unauthorized(
  'login-needed',
  'a token is needed: programs send Authorization: Bearer TOKEN; people log in with the console, at /',
);

/** RFC 6750, section 3. */
function unauthorized(code: string, message: string, error?: string): AdminReply {
  const challenge = `Bearer realm="Crossgate admin API"${error === undefined ? '' : `, ${error}`}`;
  const reply = problem(401, code, message);
  return { ...reply, headers: [...reply.headers, ['WWW-Authenticate', challenge]] };
}

function tooMany(seconds: number): AdminReply {
  const message = `too many wrong tokens were tried: try again in ${seconds} s`;
  const reply = problem(429, 'attempts', message);
  return { ...reply, headers: [...reply.headers, ['Retry-After', String(seconds)]] };
}
