import { cosDialect, type Dialect, type PolicyDocumentFormat } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { formatDocument, formatJson, formatTable, visible } from '../src/output.ts';

/** What a terminal, a log or a reader could be fooled with, and how it is shown. */
const HOSTILE = [
  { name: 'an escape sequence', text: '\u001b[2J', shown: '\\u{1b}[2J' },
  { name: 'the one-byte form of one', text: '\u009b2J', shown: '\\u{9b}2J' },
  { name: 'a carriage return', text: 'good\rbad', shown: 'good\\u{d}bad' },
  { name: 'a backspace', text: 'a\bb', shown: 'a\\u{8}b' },
  { name: 'a delete', text: 'a\u007fb', shown: 'a\\u{7f}b' },
  { name: 'text that runs from right to left', text: 'a\u202eb', shown: 'a\\u{202e}b' },
  { name: 'an invisible character', text: 'a\u200bb', shown: 'a\\u{200b}b' },
  { name: 'an invisible character beyond 16 bits', text: 'a\u{e0041}b', shown: 'a\\u{e0041}b' },
  { name: 'a line separator', text: 'a\u2028b', shown: 'a\\u{2028}b' },
];

const cosPolicyDocument = documentOf(cosDialect);

function documentOf({ policyApi }: Dialect): PolicyDocumentFormat {
  if (!policyApi) throw new Error('the dialect has no document');
  return policyApi.document;
}

describe(visible, () => {
  it.each(HOSTILE)('shows $name instead of sending it', ({ text, shown }) => {
    expect(visible(text)).toBe(shown);
  });

  it.each(['', 'plain', 'line\nline\n', 'tab\tstop', 'é 中文 😀'])('leaves other text alone: %j', text => {
    expect(visible(text)).toBe(text);
  });
});

describe(formatJson, () => {
  it.each(HOSTILE)('escapes $name so that it reads back as it was', ({ text }) => {
    const json = formatJson({ id: text });
    expect(visible(json)).toBe(json);
    expect(JSON.parse(json)).toEqual({ id: text });
  });
});

describe(formatDocument, () => {
  // XML has no way to say these: the service writes them as U+FFFD.
  const UNSPEAKABLE = ['an escape sequence', 'a backspace'];
  it.each(HOSTILE.filter(({ name }) => !UNSPEAKABLE.includes(name)))(
    'escapes $name in XML so that it reads back as it was',
    ({ text: id }) => {
      const policy = {
        rules: [
          { id, allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] },
        ],
      };
      const document = formatDocument(policy, cosPolicyDocument);
      expect(visible(document)).toBe(document);
      expect(cosPolicyDocument.parse(Buffer.from(document))).toMatchObject({ kind: 'policy', policy });
    },
  );

  it('leaves an ordinary document as the service writes it', () => {
    const policy = {
      rules: [
        { id: 'é 中', allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] },
      ],
    };
    expect(formatDocument(policy, cosPolicyDocument)).toBe(cosPolicyDocument.write(policy));
  });
});

describe(formatTable, () => {
  it('has columns as wide as their widest cell, and no spaces at the end of a line', () => {
    const table = formatTable(
      ['NAME', 'N'],
      [
        ['a', '1'],
        ['longer', ''],
      ],
    );
    expect(table).toBe('NAME    N\na       1\nlonger');
  });

  it('keeps a cell on its line', () => {
    expect(formatTable(['NAME'], [['a\nb\t\u001b[2J']])).toBe('NAME\na\\u{a}b\\u{9}\\u{1b}[2J');
  });
});
