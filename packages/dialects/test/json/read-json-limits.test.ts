import { describe, expect, it } from 'vitest';
import { readJson } from '../../src/json/read-json.ts';

const MEGABYTE = 1024 * 1024;

/** Far more than these documents take, and far less than they would if the cost grew with the square of the length. */
const BOUND_MILLISECONDS = 5000;

function problemOf(document: string): string {
  const result = readJson(Buffer.from(document, 'utf8'));
  if (result.kind === 'value') return 'none';
  const { problem } = result.diagnostic.parameters;
  return String(problem ?? result.diagnostic.code);
}

function filled(before: string, part: string, after: string): string {
  return before + part.repeat(Math.floor(MEGABYTE / part.length)) + after;
}

const TOO_DEEP = 'values are nested more than 16 deep';

interface HostileCase {
  readonly name: string;
  readonly document: string;
  readonly problem: string;
}

const hostile: readonly HostileCase[] = [
  { name: 'open brackets', document: filled('', '[', ''), problem: TOO_DEEP },
  { name: 'open objects', document: filled('', '{"a":', ''), problem: TOO_DEEP },
  { name: 'blanks', document: filled('', ' ', ''), problem: 'it ends where a value is expected' },
  { name: 'blanks between items', document: filled('[1', ' \n,  1', ']'), problem: 'none' },
  {
    name: 'line breaks before what is wrong',
    document: filled('', '\n', 'x'),
    problem: 'a value is expected',
  },
  { name: 'escapes', document: filled('"', '\\n', '"'), problem: 'none' },
  { name: 'escapes of six characters', document: filled('"', '\\ud83d', '"'), problem: 'none' },
  { name: 'backslashes', document: filled('"', '\\\\', ''), problem: 'a string does not end' },
  { name: 'a string without an end', document: filled('"', 'a', ''), problem: 'a string does not end' },
  { name: 'strings', document: filled('[""', ',""', ']'), problem: 'none' },
  { name: 'digits', document: filled('1', '0', ''), problem: 'none' },
  {
    name: 'digits before what is wrong',
    document: filled('1', '0', '.'),
    problem: 'there is something after its end',
  },
  { name: 'digits of an exponent', document: filled('1e', '9', ''), problem: 'none' },
  { name: 'items', document: filled('[0', ',0', ']'), problem: 'none' },
  { name: 'empty objects', document: filled('[{}', ',{}', ']'), problem: 'none' },
  {
    name: 'members of one object',
    document: `{${Array.from({ length: 100_000 }, (_, i) => `"${i}":0`).join()}}`,
    problem: 'none',
  },
  {
    name: 'members of which the last stands there already',
    document: `{${Array.from({ length: 100_000 }, (_, i) => `"${i}":0`).join()},"0":0}`,
    problem: 'field-repeated',
  },
];

describe('readJson', () => {
  it.each(hostile)('gets through a megabyte of $name quickly', ({ document, problem }) => {
    const start = performance.now();
    expect(problemOf(document)).toBe(problem);
    expect(performance.now() - start).toBeLessThan(BOUND_MILLISECONDS);
  });

  it('takes values inside of 16 others', () => {
    expect(problemOf(`${'['.repeat(16)}1${']'.repeat(16)}`)).toBe('none');
    expect(problemOf(`${'['.repeat(17)}1${']'.repeat(17)}`)).toBe(TOO_DEEP);
    expect(problemOf(`${'{"a":'.repeat(16)}1${'}'.repeat(16)}`)).toBe('none');
    expect(problemOf(`${'{"a":'.repeat(17)}1${'}'.repeat(17)}`)).toBe(TOO_DEEP);
  });
});
