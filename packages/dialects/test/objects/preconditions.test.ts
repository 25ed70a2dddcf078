import { describe, expect, it } from 'vitest';
import type { RequestHead } from '../../src/exchange.ts';
import { evaluatePreconditions, rangeApplies } from '../../src/objects/preconditions.ts';

const MODIFIED = 'Wed, 29 Jul 2020 06:51:50 GMT';
const EARLIER = 'Wed, 29 Jul 2020 06:51:49 GMT';
const LATER = 'Wed, 29 Jul 2020 06:51:51 GMT';

/** Modified within the second that its Last-Modified can tell. */
const object = { etag: '"ee8de918d05640145b18f70f4c3aa602"', modifiedAt: Date.parse(MODIFIED) + 500 };
const BARE = 'ee8de918d05640145b18f70f4c3aa602';

type Lines = readonly (readonly [name: string, value: string])[];

function requestWith(lines: Lines): RequestHead {
  return { method: 'GET', target: '/a', rawHeaders: lines.flat() };
}

interface PreconditionCase {
  readonly name: string;
  readonly lines: Lines;
  readonly result: ReturnType<typeof evaluatePreconditions>;
}

const preconditions: readonly PreconditionCase[] = [
  { name: 'no condition', lines: [], result: 'proceed' },
  { name: 'If-Match with its ETag', lines: [['If-Match', object.etag]], result: 'proceed' },
  { name: 'If-Match with its ETag unquoted', lines: [['If-Match', BARE]], result: 'proceed' },
  { name: 'If-Match with a list', lines: [['If-Match', `"a" ,${object.etag}, "b"`]], result: 'proceed' },
  {
    name: 'If-Match on two lines',
    lines: [
      ['If-Match', '"a"'],
      ['if-match', object.etag],
    ],
    result: 'proceed',
  },
  { name: 'If-Match *', lines: [['If-Match', '*']], result: 'proceed' },
  { name: 'If-Match with another', lines: [['If-Match', '"a"']], result: 'failed' },
  {
    name: 'If-Match with its ETag made weak',
    lines: [['If-Match', `W/${object.etag}`]],
    result: 'failed',
  },
  {
    name: 'If-Match with its ETag in capitals',
    lines: [['If-Match', object.etag.toUpperCase()]],
    result: 'failed',
  },
  { name: 'If-Unmodified-Since then', lines: [['If-Unmodified-Since', MODIFIED]], result: 'proceed' },
  { name: 'If-Unmodified-Since later', lines: [['If-Unmodified-Since', LATER]], result: 'proceed' },
  { name: 'If-Unmodified-Since earlier', lines: [['If-Unmodified-Since', EARLIER]], result: 'failed' },
  { name: 'If-Unmodified-Since that is no date', lines: [['If-Unmodified-Since', 'x']], result: 'proceed' },
  {
    name: 'If-Match that holds before If-Unmodified-Since that does not',
    lines: [
      ['If-Unmodified-Since', EARLIER],
      ['If-Match', object.etag],
    ],
    result: 'proceed',
  },
  { name: 'If-None-Match with its ETag', lines: [['If-None-Match', object.etag]], result: 'not-modified' },
  {
    name: 'If-None-Match with its ETag made weak',
    lines: [['If-None-Match', `"a", W/${object.etag}`]],
    result: 'not-modified',
  },
  { name: 'If-None-Match *', lines: [['If-None-Match', '*']], result: 'not-modified' },
  { name: 'If-None-Match with another', lines: [['If-None-Match', '"a"']], result: 'proceed' },
  { name: 'If-Modified-Since then', lines: [['If-Modified-Since', MODIFIED]], result: 'not-modified' },
  { name: 'If-Modified-Since later', lines: [['If-Modified-Since', LATER]], result: 'not-modified' },
  { name: 'If-Modified-Since earlier', lines: [['If-Modified-Since', EARLIER]], result: 'proceed' },
  { name: 'If-Modified-Since that is no date', lines: [['If-Modified-Since', 'x']], result: 'proceed' },
  {
    name: 'If-None-Match that differs before If-Modified-Since that holds',
    lines: [
      ['If-None-Match', '"a"'],
      ['If-Modified-Since', LATER],
    ],
    result: 'proceed',
  },
  {
    name: 'If-Match that fails before If-None-Match that is met',
    lines: [
      ['If-None-Match', object.etag],
      ['If-Match', '"a"'],
    ],
    result: 'failed',
  },
  {
    name: 'If-Match that holds and If-None-Match that is met',
    lines: [
      ['If-Match', object.etag],
      ['If-None-Match', object.etag],
    ],
    result: 'not-modified',
  },
  {
    name: 'If-Unmodified-Since and If-Modified-Since that both hold',
    lines: [
      ['If-Unmodified-Since', MODIFIED],
      ['If-Modified-Since', MODIFIED],
    ],
    result: 'not-modified',
  },
];

interface IfRangeCase {
  readonly name: string;
  readonly lines: Lines;
  readonly applies: boolean;
}

const ifRanges: readonly IfRangeCase[] = [
  { name: 'none', lines: [], applies: true },
  { name: 'its ETag', lines: [['If-Range', object.etag]], applies: true },
  { name: 'another ETag', lines: [['If-Range', '"a"']], applies: false },
  { name: 'its ETag made weak', lines: [['If-Range', `W/${object.etag}`]], applies: false },
  { name: 'its date', lines: [['If-Range', MODIFIED]], applies: true },
  { name: 'a later date', lines: [['If-Range', LATER]], applies: false },
  { name: 'an earlier date', lines: [['If-Range', EARLIER]], applies: false },
  { name: 'neither', lines: [['If-Range', 'x']], applies: false },
];

describe('evaluatePreconditions', () => {
  it.each(preconditions)('answers $result to $name', ({ lines, result }) => {
    expect(evaluatePreconditions(requestWith(lines), object)).toBe(result);
  });
});

describe('rangeApplies', () => {
  it.each(ifRanges)('is $applies for an If-Range of $name', ({ lines, applies }) => {
    expect(rangeApplies(requestWith(lines), object)).toBe(applies);
  });
});
