import { readdirSync, readFileSync } from 'node:fs';
import { formatDiagnostic } from '@crossgate/core';
import { expect, it } from 'vitest';
import type { PolicyDocumentFormat } from '../src/dialect.ts';

/**
 * Each file has a document, and what becomes of it: the policy in the neutral form and the document as it is written
 * again, or the findings, one a line.
 */
const GOLDEN = new URL('../../../test/golden/', import.meta.url);
const SEPARATOR = '\n----------\n';

interface GoldenFile {
  readonly name: string;
  readonly text: string;
}

function filesOf(folder: URL): readonly GoldenFile[] {
  return readdirSync(folder)
    .sort()
    .map(name => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));
}

/** Holds a document format against the golden files of its dialect. Called inside of its `describe`. */
export function holdAgainstGoldenFiles(dialect: string, format: PolicyDocumentFormat): void {
  const files = filesOf(new URL(`${dialect}/`, GOLDEN));

  function outcomeOf(document: string): readonly string[] {
    const result = format.parse(Buffer.from(document, 'utf8'));
    if (result.kind === 'diagnostics') return [result.diagnostics.map(formatDiagnostic).join('\n')];
    return [JSON.stringify(result.policy, null, 2), format.write(result.policy)];
  }

  it('has golden files of policies and of findings', () => {
    const names = files.map(({ name }) => name);
    expect(names).toContain('documented-sample.txt');
    expect(names.filter(name => name.startsWith('bad-')).length).toBeGreaterThanOrEqual(20);
    expect(names.filter(name => !name.startsWith('bad-')).length).toBeGreaterThanOrEqual(15);
  });

  it.each(files)('has a well-formed golden file $name', ({ name, text }) => {
    expect(name).toMatch(/^[a-z0-9-]+\.txt$/);
    expect(text).toMatch(/[^\n]\n$/);
    expect(text).not.toContain('\r');
    const parts = text.split(SEPARATOR);
    expect(parts).toHaveLength(name.startsWith('bad-') ? 2 : 3);
    expect(parts.filter(part => part.trim() === '')).toEqual([]);
  });

  it.each(files)('does with a document as $name has it', ({ text }) => {
    const [document = '', ...expected] = text.slice(0, -1).split(SEPARATOR);
    expect(outcomeOf(document)).toEqual(expected);
  });

  it.each(files.filter(({ name }) => !name.startsWith('bad-')))('writes $name as it reads it', ({ text }) => {
    const [, , written = ''] = text.slice(0, -1).split(SEPARATOR);
    expect(outcomeOf(written)[1]).toBe(written);
  });

  it('takes a document up to its limit, and none beyond', () => {
    const sample = files.find(({ name }) => name === 'documented-sample.txt')?.text.split(SEPARATOR)[0] ?? '';
    const longest = sample.padEnd(format.limitBytes, ' ');
    expect(outcomeOf(longest)).toEqual(outcomeOf(sample));
    expect(outcomeOf(`${longest} `)).toEqual([
      `the document has more than ${format.limitBytes} bytes; merge rules, or use wildcards in place of long lists`,
    ]);
  });
}
