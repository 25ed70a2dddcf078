import { describe, expect, it } from 'vitest';
import { readHeader } from '../src/read-header.ts';

describe(readHeader, () => {
  it.each([
    { text: 'X-Id', name: 'X-Id', value: undefined },
    { text: 'X-Id: 7', name: 'X-Id', value: '7' },
    { text: 'x-time:10:00', name: 'x-time', value: '10:00' },
    { text: 'x-empty:', name: 'x-empty', value: '' },
  ])('reads $text', ({ text, name, value }) => {
    expect(readHeader(text)).toEqual({ name, value });
  });

  it.each(['', ':', 'a b', 'a,b', 'ä: 1'])('refuses %j', text => {
    expect(() => readHeader(text)).toThrow('is not NAME or NAME: value');
  });
});
