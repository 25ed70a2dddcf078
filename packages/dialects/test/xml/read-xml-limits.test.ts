import { describe, expect, it } from 'vitest';
import { readXml } from '../../src/xml/read-xml.ts';

const MEGABYTE = 1024 * 1024;

/** Far more than these documents take, and far less than they would if the cost grew with the square of the length. */
const BOUND_MILLISECONDS = 5000;

function problemOf(document: string): string {
  const result = readXml(Buffer.from(document, 'utf8'));
  if (result.kind === 'root') return 'none';
  const { problem } = result.diagnostic.parameters;
  return String(problem);
}

function filled(before: string, part: string, after: string): string {
  return before + part.repeat(Math.floor(MEGABYTE / part.length)) + after;
}

interface HostileCase {
  readonly name: string;
  readonly document: string;
  readonly problem: string;
}

const hostile: readonly HostileCase[] = [
  { name: 'deep nesting', document: filled('', '<a>', ''), problem: 'elements are nested more than 16 deep' },
  {
    name: 'very many elements',
    document: filled('<a>', '<b/>', '</a>'),
    problem: 'it has more than 60000 elements',
  },
  {
    name: 'white space between very many elements',
    document: `<a>${`<b/>${' '.repeat(50)}`.repeat(59_999)}</a>`,
    problem: 'none',
  },
  { name: 'very many references', document: filled('<a>', '&amp;', '</a>'), problem: 'none' },
  { name: 'very many CDATA sections', document: filled('<a>', '<![CDATA[x]]>', '</a>'), problem: 'none' },
  { name: 'very many comments', document: filled('<a>', '<!---->', '</a>'), problem: 'none' },
  { name: 'a long run of white space', document: filled('<a>x', ' ', 'x</a>'), problem: 'none' },
  { name: 'very many line breaks', document: filled('<a>', '\r\n', '</a>'), problem: 'none' },
  {
    name: 'very many & that begin nothing',
    document: filled('<a>', '&b', '</a>'),
    problem: 'an `&` stands for itself only as `&amp;`',
  },
  { name: 'very many open comments', document: filled('<a>', '<!--', '</a>'), problem: 'malformed comment' },
  { name: 'a long name', document: filled('<', 'a', '/>'), problem: 'none' },
];

describe('readXml', () => {
  it.each(hostile)('gets through $name quickly', ({ document, problem }) => {
    const start = performance.now();
    expect(problemOf(document)).toBe(problem);
    expect(performance.now() - start).toBeLessThan(BOUND_MILLISECONDS);
  });

  it('takes elements 16 deep', () => {
    expect(problemOf('<a>'.repeat(16) + '</a>'.repeat(16))).toBe('none');
    expect(problemOf('<a>'.repeat(17) + '</a>'.repeat(17))).toBe('elements are nested more than 16 deep');
  });

  it('takes 60000 elements', () => {
    expect(problemOf(`<a>${'<b/>'.repeat(59_999)}</a>`)).toBe('none');
    expect(problemOf(`<a>${'<b/>'.repeat(60_000)}</a>`)).toBe('it has more than 60000 elements');
  });
});
