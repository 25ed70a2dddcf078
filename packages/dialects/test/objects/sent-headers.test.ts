import { describe, expect, it } from 'vitest';
import { asHeaderValue, sentHeaders } from '../../src/objects/sent-headers.ts';

type Lines = readonly (readonly [name: string, value: string])[];

function sent(...lines: Lines): Lines {
  return sentHeaders({ method: 'PUT', target: '/a', rawHeaders: lines.flat() }, 'x-cos-meta-');
}

const DEFAULT_TYPE = ['Content-Type', 'application/octet-stream'] as const;

interface SentCase {
  readonly name: string;
  readonly lines: Lines;
  readonly kept: Lines;
}

const cases: readonly SentCase[] = [
  { name: 'nothing', lines: [], kept: [DEFAULT_TYPE] },
  {
    name: 'representation headers in any case',
    lines: [
      ['expires', 'Thu, 01 Jan 1970 00:00:00 GMT'],
      ['content-LANGUAGE', 'zh, en'],
      ['CONTENT-ENCODING', 'gzip'],
      ['content-disposition', 'attachment; filename="a"'],
      ['Cache-control', 'no-store'],
      ['content-type', 'text/plain'],
    ],
    kept: [
      ['Content-Type', 'text/plain'],
      ['Cache-Control', 'no-store'],
      ['Content-Disposition', 'attachment; filename="a"'],
      ['Content-Encoding', 'gzip'],
      ['Content-Language', 'zh, en'],
      ['Expires', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ],
  },
  {
    name: 'empty values, as Node SDKs send them',
    lines: [
      ['Cache-Control', ''],
      ['Content-Type', ''],
    ],
    kept: [DEFAULT_TYPE],
  },
  {
    name: 'metadata, names in lower case, values as they are',
    lines: [
      ['X-Cos-Meta-Author', 'A B'],
      ['x-cos-meta-empty', ''],
      ['x-cos-meta-utf8', '\u00e4\u00b8\u00ad'],
    ],
    kept: [
      DEFAULT_TYPE,
      ['x-cos-meta-author', 'A B'],
      ['x-cos-meta-empty', ''],
      ['x-cos-meta-utf8', '\u00e4\u00b8\u00ad'],
    ],
  },
  {
    name: 'metadata on several lines as one',
    lines: [
      ['x-cos-meta-a', '1'],
      ['X-COS-META-A', '2'],
    ],
    kept: [DEFAULT_TYPE, ['x-cos-meta-a', '1, 2']],
  },
  {
    name: 'no other headers',
    lines: [
      ['Host', 'a'],
      ['ETag', '"a"'],
      ['x-cos-acl', 'private'],
      ['x-cos-metadata', 'a'],
      ['Set-Cookie', 'a=b'],
      ['Content-Length', '3'],
    ],
    kept: [DEFAULT_TYPE],
  },
];

describe('sentHeaders', () => {
  it.each(cases)('keeps $name', ({ lines, kept }) => {
    expect(sent(...lines)).toEqual(kept);
  });
});

interface ValueCase {
  readonly name: string;
  readonly text: string;
  readonly value: string | undefined;
}

const values: readonly ValueCase[] = [
  { name: 'plain text', text: 'max-age=600', value: 'max-age=600' },
  { name: 'UTF-8, one character a byte', text: '中é', value: '\u00e4\u00b8\u00ad\u00c3\u00a9' },
  { name: 'a tab', text: 'a\tb', value: 'a\tb' },
  { name: 'nothing', text: '', value: '' },
  { name: 'a line feed', text: 'a\nSet-Cookie: b', value: undefined },
  { name: 'a carriage return', text: 'a\rb', value: undefined },
  { name: 'U+0000', text: '\u0000', value: undefined },
  { name: 'DEL', text: '\u007f', value: undefined },
];

describe('asHeaderValue', () => {
  it.each(values)('gives for $name what a header can have', ({ text, value }) => {
    expect(asHeaderValue(text)).toBe(value);
  });
});
