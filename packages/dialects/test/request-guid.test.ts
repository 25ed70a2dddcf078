import { describe, expect, it } from 'vitest';
import { newRequestGuid, openRequestIds } from '../src/request-guid.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('newRequestGuid', () => {
  it('is a GUID in lower case, another each time', () => {
    const ids = Array.from({ length: 100 }, newRequestGuid);
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) expect(id).toMatch(GUID);
  });
});

describe('openRequestIds', () => {
  it('gives other GUIDs when the count begins again', () => {
    const { newRequestGuid: next } = openRequestIds(0xff_ff_ff_fe);
    const ids = [next(), next(), next()];
    for (const id of ids) expect(id).toMatch(GUID);
    expect(ids.map(id => id.slice(0, 8))).toEqual(['ffffffff', '00000000', '00000001']);
    const [before, after, then] = ids.map(id => id.slice(8));
    expect(after).not.toBe(before);
    expect(then).toBe(after);
  });
});
