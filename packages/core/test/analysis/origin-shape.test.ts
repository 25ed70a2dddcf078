import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isBrowserOrigin,
  type OriginForm,
  originForm,
  originShape,
} from '../../src/analysis/origin-shape.ts';
import { canonicalUrlOrigin } from '../../src/origin.ts';

const cases: readonly { readonly form: OriginForm; readonly origins: readonly string[] }[] = [
  {
    form: 'web',
    origins: [
      'https://a',
      'http://localhost:3000',
      'https://a_b.c-d.example.com',
      'https://xn--bcher-kva.example',
      'http://127.0.0.1:8080',
      'http://1.2.3.a',
      'https://a.com:80',
      'http://a.com:65535',
      'http://[::1]:8080',
      'http://[2001:db8::1:0]',
      'http://[1:2:3:4:5:6:7:8]',
      'http://[1:0:3:4:5:6:7:0]',
      'http://[::]',
      `https://${'a'.repeat(63)}.com`,
    ],
  },
  { form: 'dotted', origins: ['https://a.com.', 'https://a.com.:8080'] },
  { form: 'app', origins: ['chrome-extension://abcdef', 'capacitor://localhost', 'a+b.c://x:80', 'h://a'] },
  {
    form: 'url',
    origins: [
      'https://-a.com',
      'https://a-.com',
      'https://a.1',
      'https://1',
      'https://1.2.3.4.5',
      'https://1.2.3.256',
      'https://1.2.3.04',
      'https://a.0x1f',
      'https://1.2.3.4.',
      'http://[1::2::3]',
      'http://[0001::]',
      'http://[1:2]',
      'http://[0::1]',
      'http://[1::0]',
      'http://[:]',
      'http://[1.2.3.4]',
      `https://${'a'.repeat(64)}.com`,
    ],
  },
  {
    form: 'respelt',
    origins: ['HTTPS://a.com', 'https://A.com', 'https://a.com:443', 'http://a.com:080', 'http://[::A]'],
  },
  {
    form: 'text',
    origins: [
      'null',
      'a.com',
      'https://',
      'https://a.com/',
      'https://a..com',
      'https://.a',
      'https://a.com:',
      'https://a.com:65536',
      'https://a.com:000000',
      'https://*.a.com',
      'https://a!b',
      'CHROME://a',
      '1a://b',
      '://a',
      'ftp://a.1',
      'http://[]',
      'http://[..]',
    ],
  },
];

describe('originForm', () => {
  it.each(cases.flatMap(({ form, origins }) => origins.map(origin => ({ origin, form }))))(
    'takes $origin for $form',
    ({ origin, form }) => {
      expect(originForm(origin)).toBe(form);
    },
  );

  const piece = fc.constantFrom(
    ...[
      'http',
      'https',
      '://',
      ':',
      '/',
      'a',
      'B',
      '-',
      '.',
      '..',
      '_',
      '*',
      '[',
      ']',
      '::',
      '0',
      '1',
      '80',
      '443',
      '65536',
      'f',
      'x',
      '+',
    ],
  );
  const near = fc
    .tuple(fc.constantFrom('http://', 'https://', 'HTTP://', ''), fc.array(piece, { maxLength: 7 }))
    .map(([start, pieces]) => start + pieces.join(''));

  it('knows URLs, and those in canonical form, as the engine does', () => {
    fc.assert(
      fc.property(near, text => {
        const canonical = text.includes('*') ? undefined : canonicalUrlOrigin(text);
        const form = originForm(text);
        const expected = canonical === undefined ? 'none' : canonical === text ? 'canonical' : 'respelt';
        const kinds = {
          web: 'canonical',
          dotted: 'canonical',
          url: 'canonical',
          respelt: 'respelt',
        } as const;
        const found = form === 'text' || form === 'app' ? 'none' : kinds[form];
        expect(found).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes for `web` only what the URL standard gives back as it is', () => {
    fc.assert(
      fc.property(near, text => {
        if (originForm(text) === 'web') expect(new URL(text).origin).toBe(text);
      }),
      { numRuns: 5000 },
    );
  });

  it('never rules out a form that a text goes on to have', () => {
    fc.assert(
      fc.property(near, text => {
        const form = originForm(text);
        let state = originShape.start;
        let eased = state;
        for (const character of text) {
          expect(originShape.mayBecome(state, form)).toBe(true);
          state = originShape.step(state, character);
          eased = originShape.ease(originShape.step(eased, character));
          expect(originShape.mayBecome(eased, form)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('has every character of an origin in one group', () => {
    const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).filter(
      each => each !== ',',
    );
    expect([...originShape.groups.join('')].sort()).toEqual(visible.sort());
  });
});

describe('isBrowserOrigin', () => {
  it.each([
    { origin: 'https://a.com', expected: true },
    { origin: 'null', expected: true },
    { origin: 'https://a.com.', expected: true },
    { origin: 'chrome-extension://abc', expected: true },
    { origin: 'https://a.com/', expected: false },
    { origin: 'https://a.com:443', expected: false },
    { origin: 'https://a-.com', expected: false },
  ])('is $expected for $origin', ({ origin, expected }) => {
    expect(isBrowserOrigin(origin)).toBe(expected);
  });
});
