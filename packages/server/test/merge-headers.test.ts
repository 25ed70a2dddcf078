import type { ResponseHeader } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { mergeHeaders } from '../src/merge-headers.ts';

const TYPE: ResponseHeader = ['Content-Type', 'text/plain'];
const ALLOW: ResponseHeader = ['Access-Control-Allow-Origin', 'https://a.example'];
const VARY_ORIGIN: ResponseHeader = ['Vary', 'Origin'];

interface MergeCase {
  readonly name: string;
  readonly own: readonly ResponseHeader[];
  readonly cors: readonly ResponseHeader[];
  readonly merged: readonly ResponseHeader[];
}

const cases: readonly MergeCase[] = [
  { name: 'nothing to add', own: [TYPE], cors: [], merged: [TYPE] },
  { name: 'no Vary of its own', own: [TYPE], cors: [ALLOW, VARY_ORIGIN], merged: [TYPE, ALLOW, VARY_ORIGIN] },
  {
    name: 'a Vary of its own only',
    own: [['Vary', 'Accept'], TYPE],
    cors: [ALLOW],
    merged: [['Vary', 'Accept'], TYPE, ALLOW],
  },
  {
    name: 'a Vary on both sides',
    own: [['Vary', 'Accept'], TYPE],
    cors: [ALLOW, VARY_ORIGIN],
    merged: [TYPE, ALLOW, ['Vary', 'Accept, Origin']],
  },
  {
    name: 'several lines, in any case, with Origin among them',
    own: [['vary', 'accept, origin'], TYPE, ['VARY', 'Accept-Encoding , ,Accept']],
    cors: [VARY_ORIGIN],
    merged: [TYPE, ['Vary', 'accept, origin, Accept-Encoding']],
  },
  { name: 'a Vary of everything', own: [['Vary', '*']], cors: [VARY_ORIGIN], merged: [['Vary', '*']] },
];

describe(mergeHeaders, () => {
  it.each(cases)('merges $name', ({ own, cors, merged }) => {
    expect(mergeHeaders(own, cors)).toEqual(merged);
  });
});
