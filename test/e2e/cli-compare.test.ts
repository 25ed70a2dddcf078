import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../support/command.ts';
import { type CommandFiles, newCommandFiles } from '../support/command-files.ts';
import { POLICY_FILES } from '../support/policy-files.ts';

let files: CommandFiles;

beforeAll(() => {
  files = newCommandFiles({
    ...POLICY_FILES,
    'same.json': JSON.stringify({
      rules: [{ id: 'another', allowedOrigins: ['https://a.com'], allowedMethods: ['POST', 'GET', 'GET'] }],
    }),
    'hard.json': JSON.stringify({ rules: hardRules() }),
    'slower.xml': POLICY_FILES['cors.xml'].replaceAll('600', '60'),
    'broken.xml': '<CORSConfiguration><CORSRule>',
  });
});

afterAll(() => files.remove());

/** Wildcards that overlap in more ways than anybody has time for. */
function hardRules(): readonly object[] {
  const origins = Array.from({ length: 2000 }, (_, i) => `${'a'.repeat(i)}*${'b'.repeat(1999 - i)}`);
  return Array.from({ length: 100 }, (_, i) => ({
    allowedOrigins: origins.slice(i * 20, i * 20 + 20),
    allowedMethods: ['GET'],
  }));
}

async function compare(...args: readonly string[]): Promise<CommandResult> {
  return await files.run(['compare', ...args]);
}

async function compareJson(...args: readonly string[]): Promise<{ exitCode: number | null; json: unknown }> {
  const { exitCode, stdout } = await compare(...args, '--json');
  return { exitCode, json: JSON.parse(stdout) };
}

const UPLOAD = { origin: 'https://upload.example.org', method: 'PUT', headers: [] };
const COS = ['--dialect', 'cos'];

describe.concurrent('crossgate compare', () => {
  it.each([
    {
      name: 'the same policy',
      args: ['cors.xml', 'cors.xml', ...COS],
      exitCode: 0,
      json: { access: 'equivalent', gained: null, lost: null, answers: [] },
    },
    {
      name: 'policies that say the same in other words',
      args: ['policy.json', 'same.json', '--profile', 'cos'],
      exitCode: 0,
      json: { access: 'equivalent', gained: null, lost: null, answers: [] },
    },
    {
      name: 'a wider policy',
      args: ['cors.xml', 'wider.xml', ...COS],
      exitCode: 2,
      json: { access: 'wider', gained: { ...UPLOAD, method: 'POST' }, lost: null, answers: [] },
    },
    {
      name: 'the other way round',
      args: ['wider.xml', 'cors.xml', ...COS],
      exitCode: 2,
      json: { access: 'narrower', gained: null, lost: { ...UPLOAD, method: 'POST' }, answers: [] },
    },
    {
      name: 'a policy that takes away and answers differently',
      args: ['cors.xml', 'narrower.xml', ...COS],
      exitCode: 2,
      json: {
        access: 'narrower',
        gained: null,
        lost: UPLOAD,
        answers: [
          {
            request: 'preflight',
            header: 'Access-Control-Max-Age',
            old: '600',
            new: '60',
            witness: { origin: 'https://a.example.com', method: 'GET', headers: [] },
            responseHeaderNames: [],
          },
        ],
      },
    },
    {
      name: 'policies of two services',
      args: ['cors.xml', 'properties.xml', '--from', 'cos', '--to', 'azure-tables'],
      exitCode: 2,
      json: {
        access: 'incomparable',
        gained: { origin: 'https://a.com', method: 'GET', headers: [] },
        lost: { origin: 'https://a.example.com', method: 'GET', headers: [] },
        answers: [],
      },
    },
  ])('prints JSON of $name', async ({ args, exitCode, json }) => {
    expect(await compareJson(...args)).toEqual({ exitCode, json });
  });

  it.each([
    { name: 'more is let in', args: ['cors.xml', 'wider.xml'], exitCode: 2 },
    { name: 'less is let in', args: ['wider.xml', 'cors.xml'], exitCode: 0 },
    { name: 'less is let in, and answered differently', args: ['cors.xml', 'narrower.xml'], exitCode: 0 },
    { name: 'only answers differ', args: ['cors.xml', 'slower.xml'], exitCode: 0 },
    { name: 'nothing changes', args: ['cors.xml', 'cors.xml'], exitCode: 0 },
  ])('ends with $exitCode with --no-new-access when $name', async ({ args, exitCode }) => {
    expect((await compare(...args, ...COS, '--no-new-access')).exitCode).toBe(exitCode);
  });

  it('ends with 2 when only answers differ', async () => {
    const { exitCode, json } = await compareJson('cors.xml', 'slower.xml', ...COS);
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({ access: 'equivalent', answers: [{ old: '600', new: '60' }] });
  });

  it('shows each difference with a request to try', async () => {
    const { exitCode, stdout, stderr } = await compare('wider.xml', 'narrower.xml', ...COS);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(stdout).toBe(`narrower: the new policy lets in less than the old one, and nothing else

shuts out: POST from https://upload.example.org, for one
  curl -i -X OPTIONS http://127.0.0.1:4001/examplebucket-1250000000/hello.txt \\
    -H 'Origin: https://upload.example.org' \\
    -H 'Access-Control-Request-Method: POST'

answers differently: Access-Control-Max-Age of preflights, as for GET from
  https://a.example.com
  - 600
  + 60
  curl -i -X OPTIONS http://127.0.0.1:4001/examplebucket-1250000000/hello.txt \\
    -H 'Origin: https://a.example.com' \\
    -H 'Access-Control-Request-Method: GET'
`);
  });

  it('shows that nothing changes', async () => {
    const { stdout } = await compare('cors.xml', 'cors.xml', ...COS);
    expect(stdout).toBe('equivalent: both let in the same requests\n\nwhat both let in is answered alike\n');
  });

  it('ends with 3 when one of the policies has errors', async () => {
    for (const args of [
      ['broken.xml', 'cors.xml'],
      ['cors.xml', 'broken.xml'],
    ]) {
      const { exitCode, stdout, stderr } = await compare(...args, ...COS);
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
      expect(stderr).toContain('broken.xml:1:');
    }
  });

  it.each([
    { name: 'one policy', args: ['cors.xml', ...COS], stderr: /^error: missing required argument 'new'/ },
    { name: 'no service', args: ['policy.json', 'same.json'], stderr: /^crossgate: name the service/ },
    {
      name: 'only one of two services',
      args: ['cors.xml', 'cors.xml', '--from', 'cos'],
      stderr: /^crossgate: name the service/,
    },
    {
      name: 'standard input for both',
      args: ['-', '-', ...COS],
      stderr: /^crossgate: only one of the files can be standard input/,
    },
  ])('ends with 1 and says why: $name', async ({ args, stderr }) => {
    expect(await compare(...args)).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(stderr),
    });
  });
});

describe('crossgate compare of policies made to be hard', () => {
  it('ends with 1 and the code', async () => {
    const result = await compare('hard.json', 'hard.json', '--profile', 'cos');
    expect(result).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^crossgate: analysis-too-large: too many wildcards overlap/),
    });
  }, 60_000);
});
