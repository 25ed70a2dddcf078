import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonNode, readJson } from '../../src/json/read-json.ts';

/** The value as JSON.parse would make it. */
function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]));
    case 'array':
      return node.items.map(plain);
    case 'null':
      return null;
    case 'string':
    case 'number':
    case 'boolean':
      return node.value;
    default:
      return node satisfies never;
  }
}

type Outcome = { readonly value: unknown } | 'refused';

function expected(text: string): Outcome {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return 'refused';
  }
}

/** What is read; undefined where this reader is stricter on purpose: a name twice, or too deep. */
function actual(text: string): Outcome | undefined {
  const result = readJson(Buffer.from(text, 'utf8'));
  if (result.kind === 'value') return { value: plain(result.value) };
  const { code, parameters } = result.diagnostic;
  const { problem } = parameters;
  if (code === 'field-repeated' || String(problem).includes('nested')) return undefined;
  return 'refused';
}

/** Without lone surrogates, which no UTF-8 has, and byte order marks, of which the first is passed over. */
function wellFormed(document: string): string {
  return document.replace(/[\p{Surrogate}\ufeff]/gu, '');
}

const text = fc.string({ unit: 'binary', maxLength: 8 }).map(wellFormed);

/** Pieces of JSON, so that what they make is often nearly JSON. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', ' ', '\n', '\t', '\r') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('"a"', '"b":', '"a":1', '""', '"\\u00e9"', '"\\ud800"', '\\n', '\\u12'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('0', '-0', '1', '-', '1.5', '1e5', '1E-2', '.', 'e', '+', '01', '1e999'),
  },
  { weight: 2, arbitrary: fc.constantFrom('true', 'false', 'null', 'nul', 'NaN', 'u', '/', "'") },
  { weight: 1, arbitrary: text },
);

const nearly = fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join(''));

/** A document with a piece put in, or a part left out. */
const damaged = fc
  .tuple(fc.json({ stringUnit: 'grapheme' }), fc.nat(), fc.nat({ max: 3 }), piece)
  .map(([document, at, length, put]) => {
    const start = at % (document.length + 1);
    return document.slice(0, start) + put + document.slice(start + length);
  })
  .map(wellFormed);

describe('readJson', () => {
  it.each([
    { name: 'JSON', documents: fc.json({ stringUnit: 'grapheme' }).map(wellFormed) },
    { name: 'pieces of JSON', documents: nearly.map(wellFormed) },
    { name: 'damaged JSON', documents: damaged },
    { name: 'strings', documents: text.map(each => `"${wellFormed(each)}"`) },
  ])('reads $name as JSON.parse does', ({ documents }) => {
    fc.assert(
      fc.property(documents, document => {
        const read = actual(document);
        fc.pre(read !== undefined);
        expect(read).toEqual(expected(document));
      }),
      { numRuns: 1000 },
    );
  });

  it('reads every value as it was written, with any blanks', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom('', ' ', '\t', '\n'), (value, blanks) => {
        const document = JSON.stringify(value, null, blanks);
        expect(actual(document)).toEqual({ value: JSON.parse(document) as unknown });
      }),
    );
  });
});
