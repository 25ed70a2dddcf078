import { describe, expect, it } from 'vitest';
import { parseByteRange } from '../../src/objects/byte-range.ts';

interface RangeCase {
  readonly header: string;
  readonly sizeBytes: number;
  readonly range: ReturnType<typeof parseByteRange>;
}

const ranges: readonly RangeCase[] = [
  { header: 'bytes=0-0', sizeBytes: 10, range: { start: 0, end: 0 } },
  { header: 'bytes=0-9', sizeBytes: 10, range: { start: 0, end: 9 } },
  { header: 'bytes=5-9', sizeBytes: 10, range: { start: 5, end: 9 } },
  { header: 'bytes=5-100', sizeBytes: 10, range: { start: 5, end: 9 } },
  { header: 'bytes=0-', sizeBytes: 10, range: { start: 0, end: 9 } },
  { header: 'bytes=9-', sizeBytes: 10, range: { start: 9, end: 9 } },
  { header: 'bytes=-1', sizeBytes: 10, range: { start: 9, end: 9 } },
  { header: 'bytes=-10', sizeBytes: 10, range: { start: 0, end: 9 } },
  { header: 'bytes=-11', sizeBytes: 10, range: { start: 0, end: 9 } },
  { header: 'BYTES=1-2', sizeBytes: 10, range: { start: 1, end: 2 } },
  { header: 'bytes= 1-2\t', sizeBytes: 10, range: { start: 1, end: 2 } },
  { header: 'bytes=001-002', sizeBytes: 10, range: { start: 1, end: 2 } },
  { header: `bytes=1-${'9'.repeat(400)}`, sizeBytes: 10, range: { start: 1, end: 9 } },
  { header: `bytes=-${'9'.repeat(400)}`, sizeBytes: 10, range: { start: 0, end: 9 } },
  { header: 'bytes=10-', sizeBytes: 10, range: 'unsatisfiable' },
  { header: 'bytes=10-20', sizeBytes: 10, range: 'unsatisfiable' },
  { header: `bytes=${'9'.repeat(400)}-`, sizeBytes: 10, range: 'unsatisfiable' },
  { header: 'bytes=-0', sizeBytes: 10, range: 'unsatisfiable' },
  { header: 'bytes=0-', sizeBytes: 0, range: 'unsatisfiable' },
  { header: 'bytes=-1', sizeBytes: 0, range: 'unsatisfiable' },
  { header: 'bytes=2-1', sizeBytes: 10, range: 'whole' },
  { header: 'bytes=20-11', sizeBytes: 10, range: 'whole' },
  { header: 'bytes=-', sizeBytes: 10, range: 'whole' },
  { header: 'bytes=', sizeBytes: 10, range: 'whole' },
  { header: 'bytes=0-1,3-4', sizeBytes: 10, range: 'whole' },
  { header: 'bytes=0 - 1', sizeBytes: 10, range: 'whole' },
  { header: 'bytes=1', sizeBytes: 10, range: 'whole' },
  { header: 'bytes=-1-2', sizeBytes: 10, range: 'whole' },
  { header: 'bytes=a-b', sizeBytes: 10, range: 'whole' },
  { header: 'bytes=0x1-2', sizeBytes: 10, range: 'whole' },
  { header: 'bytes=\u0661-2', sizeBytes: 10, range: 'whole' },
  { header: 'items=0-1', sizeBytes: 10, range: 'whole' },
  { header: '', sizeBytes: 10, range: 'whole' },
];

const hostile: readonly string[] = [
  `bytes=${' '.repeat(100_000)}x`,
  `bytes=1${' '.repeat(100_000)}x`,
  `bytes=${'1'.repeat(100_000)}x`,
  `bytes=1-${'1'.repeat(100_000)}x`,
];

describe('parseByteRange', () => {
  it.each(ranges)('reads "$header" of $sizeBytes bytes', ({ header, sizeBytes, range }) => {
    expect(parseByteRange(header, sizeBytes)).toEqual(range);
  });

  it('takes time in proportion to the length of the header', () => {
    const start = performance.now();
    expect(hostile.map(header => parseByteRange(header, 10))).toEqual(hostile.map(() => 'whole'));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
