import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/worked-example.md'), 'utf8');

/** The commands of the page in order, each with what the page says that it prints. */
const STEPS = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```$)?/gm)].map(
  ([, command = '', output = ''], step) => ({ step: step + 1, command, output }),
);

describe('docs/worked-example.md', () => {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-example-'));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('has commands', () => {
    expect(STEPS.filter(({ output }) => output !== '')).toHaveLength(5);
  });

  it.each(STEPS)('prints what it says in step $step', ({ command, output }) => {
    const { stdout } = spawnSync('sh', ['-c', command], { cwd: directory, encoding: 'utf8' });
    expect(stdout).toBe(output);
  });

  it.each([
    { name: 'a refusal', of: /^npx crossgate explain cors\.xml/m, status: 2 },
    { name: 'a policy that lets in more', of: /^npx crossgate compare cors\.xml/m, status: 2 },
    { name: 'the proof', of: /^npx crossgate compare meant\.xml fixed\.xml/m, status: 0 },
    { name: 'new access that is not wanted', of: /--no-new-access$/m, status: 2 },
  ])('ends with $status for $name', ({ of, status }) => {
    const command = STEPS.find(step => of.test(step.command))?.command ?? 'exit 99';
    expect(spawnSync('sh', ['-c', command], { cwd: directory }).status).toBe(status);
  });
});
