import { describe, expect, it } from 'vitest';
import type { AdminToken } from '../../src/admin/access/access.ts';
import { openSessions } from '../../src/admin/access/sessions.ts';
import { findToken } from '../../src/admin/access/tokens.ts';

const OPS: AdminToken = { name: 'ops', token: 'a'.repeat(24), role: 'all' };
const CI: AdminToken = { name: 'ci', token: 'b'.repeat(24), role: 'read-only' };
const TOKENS = [OPS, CI];
const MINUTE_MS = 60_000;

describe(openSessions, () => {
  it('gives ids of 256 bits, each another', () => {
    const sessions = openSessions();
    const ids = Array.from({ length: 20 }, () => sessions.open(OPS, 0).id);
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(32);
  });

  it('ends after an hour in which nobody used it', () => {
    const sessions = openSessions();
    const { id } = sessions.open(OPS, 0);
    expect(sessions.find(id, TOKENS, 59 * MINUTE_MS, true)?.token).toBe(OPS);
    expect(sessions.find(id, TOKENS, 118 * MINUTE_MS, false)?.token).toBe(OPS);
    expect(sessions.find(id, TOKENS, 119 * MINUTE_MS, true)).toBeUndefined();
    expect(sessions.find(id, TOKENS, 118 * MINUTE_MS, true), 'it is gone for good').toBeUndefined();
  });

  it('ends after twelve hours of use', () => {
    const sessions = openSessions();
    const { id, endsAt } = sessions.open(OPS, 0);
    expect(endsAt).toBe(12 * 60 * MINUTE_MS);
    for (let now = 0; now < endsAt; now += 30 * MINUTE_MS) {
      expect(sessions.find(id, TOKENS, now, true)).toEqual({ token: OPS, endsAt });
    }
    expect(sessions.find(id, TOKENS, endsAt, true)).toBeUndefined();
  });

  it.each([
    { name: 'is gone', tokens: [CI] },
    { name: 'is another', tokens: [{ ...OPS, token: 'c'.repeat(24) }, CI] },
    { name: 'has another name', tokens: [{ ...OPS, name: 'operations' }] },
  ])('ends when its token $name', ({ tokens }) => {
    const sessions = openSessions();
    const { id } = sessions.open(OPS, 0);
    expect(sessions.find(id, tokens, 0, true)).toBeUndefined();
    expect(sessions.find(id, TOKENS, 0, true), 'it is gone for good').toBeUndefined();
  });

  it('has the role that its token has now', () => {
    const sessions = openSessions();
    const { id } = sessions.open(OPS, 0);
    const reduced = { ...OPS, role: 'read-only' } as const;
    expect(sessions.find(id, [reduced], 0, true)?.token.role).toBe('read-only');
  });

  it('ends that which was unused the longest when there are too many of a token, and none of another', () => {
    const sessions = openSessions();
    const other = sessions.open(CI, 0).id;
    const ids = Array.from({ length: 64 }, (_, i) => sessions.open(OPS, i).id);
    sessions.find(ids[0] ?? '', TOKENS, 100, true);
    const last = sessions.open(OPS, 101).id;
    const isThere = (id = ''): boolean => sessions.find(id, TOKENS, 102, false) !== undefined;
    expect([ids[0], ids[1], ids[2], last, other].map(isThere)).toEqual([true, false, true, true, true]);
  });

  it('ends the one that is closed, and no other', () => {
    const sessions = openSessions();
    const [one, two] = [sessions.open(OPS, 0).id, sessions.open(OPS, 0).id];
    sessions.close(one);
    sessions.close('');
    expect(sessions.find(one, TOKENS, 0, true)).toBeUndefined();
    expect(sessions.find(two, TOKENS, 0, true)?.token).toBe(OPS);
  });
});

describe(findToken, () => {
  it.each([
    { shown: OPS.token, found: OPS },
    { shown: CI.token, found: CI },
    { shown: OPS.token.slice(1), found: undefined },
    { shown: `${OPS.token} `, found: undefined },
    { shown: '', found: undefined },
    { shown: 'ops', found: undefined },
  ])('finds $shown only whole', ({ shown, found }) => {
    expect(findToken(TOKENS, shown)).toBe(found);
    expect(findToken([], shown)).toBeUndefined();
  });
});
