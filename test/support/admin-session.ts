/** Tokens of the admin API, and what a browser does with one. */
import type { IncomingHttpHeaders } from 'node:http';
import { expect } from 'vitest';
import type { SendToAdmin } from './admin-http.ts';

/** By role, so that a test shows what it asks for. */
export const TOKENS = {
  reader: 'reader-0123456789abcdefgh',
  editor: 'editor-0123456789abcdefgh',
  owner: 'owner-0123456789abcdefghi',
} as const;

/** The section of a configuration file that has them. */
export const WITH_TOKENS = `admin:
  tokens:
    - { name: reader, token: ${TOKENS.reader}, role: read-only }
    - { name: editor, token: ${TOKENS.editor}, role: cors-admin }
    - { name: owner, token: ${TOKENS.owner}, role: all }
`;

export function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

/** The admin API as a program asks that has a token. */
export function withToken(send: SendToAdmin, token: string): SendToAdmin {
  return (path, request = {}) =>
    send(path, { ...request, headers: { ...bearer(token), ...request.headers } });
}

/** What a browser sends back of the cookies that it was given. */
export function cookieOf(headers: IncomingHttpHeaders): string {
  return (headers['set-cookie'] ?? []).map(cookie => cookie.split(';', 1)[0]).join('; ');
}

/** Begins a session, and gives its cookie. */
export async function logIn(send: SendToAdmin, token: string): Promise<string> {
  const answer = await send('/api/v1/session', { method: 'POST', body: { token } });
  expect(answer.status, answer.text).toBe(200);
  return cookieOf(answer.headers);
}
