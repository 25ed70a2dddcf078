import { describe, expect, it } from 'vitest';
import { shrink } from './shrink.ts';

const always = (): boolean => true;

describe('shrink', () => {
  it('finds the shortest text that keeps a property, with plain characters', async () => {
    const text = `${'x'.repeat(1000)}{${'y'.repeat(500)}}zz`;
    const keeps = (candidate: string) => Promise.resolve(/\{.*..\}/.test(candidate));
    expect(await shrink(text, keeps, always)).toBe('{aa}');
  });

  it('gives what it has when there is no more time', async () => {
    let left = 3;
    const mayGoOn = (): boolean => left > 0;
    const keeps = (): Promise<boolean> => {
      left -= 1;
      return Promise.resolve(true);
    };
    expect((await shrink('x'.repeat(64), keeps, mayGoOn)).length).toBeLessThan(64);
  });

  it('leaves an empty text alone', async () => {
    expect(await shrink('', () => Promise.resolve(true), always)).toBe('');
  });
});
