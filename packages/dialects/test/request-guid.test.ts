import { describe, expect, it } from 'vitest';
import { newRequestGuid } from '../src/request-guid.ts';

describe('newRequestGuid', () => {
  it('is a GUID in lower case, another each time', () => {
    const ids = Array.from({ length: 100 }, newRequestGuid);
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});
