import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../support/command.ts';
import { type CommandFiles, newCommandFiles } from '../support/command-files.ts';
import { POLICY_FILES } from '../support/policy-files.ts';

const DOUBTFUL = POLICY_FILES['properties.xml'].replace('https://a.com,', 'https://a.com/,');

let files: CommandFiles;

beforeAll(() => {
  files = newCommandFiles({
    ...POLICY_FILES,
    'doubtful.xml': DOUBTFUL,
    'empty.xml': '',
    'part.xml': '<CORSConfiguration>',
    'broken.xml': DOUBTFUL.replace('60', 'soon').replace('GET,PUT', 'GET,get'),
    'clean.json': JSON.stringify({
      rules: [{ allowedOrigins: ['https://a.com'], allowedMethods: ['GET'] }],
    }),
    'hostile.json': JSON.stringify({
      rules: [{ allowedOrigins: [`https://\u001b[2J${'b'.repeat(5000)}\u202e`], allowedMethods: ['GET'] }],
    }),
  });
});

afterAll(() => files.remove());

async function lint(...args: readonly string[]): Promise<CommandResult> {
  return await files.run(['lint', ...args]);
}

interface Findings {
  readonly diagnostics: readonly { readonly code: string; readonly severity: string }[];
}

async function lintJson(...args: readonly string[]): Promise<{ exitCode: number | null; json: Findings }> {
  const { exitCode, stdout } = await lint(...args, '--json');
  return { exitCode, json: JSON.parse(stdout) as Findings };
}

const AZURE = ['--dialect', 'azure-tables'];

describe.concurrent('crossgate lint', () => {
  it.each([
    {
      name: 'the neutral form as a document',
      args: ['clean.json', '--dialect', 'cos'],
      advice: 'It is in the neutral form, not a document of Tencent COS: read it with --profile cos.',
    },
    {
      name: 'a document as the neutral form',
      args: ['cors.xml', '--profile', 'cos'],
      advice: 'It is a document of Tencent COS, not in the neutral form: read it with --dialect cos.',
    },
    {
      name: 'a document of another service',
      args: ['cors.xml', ...AZURE],
      advice: 'It is a document of Tencent COS: name cos in place of azure-tables.',
    },
    {
      name: 'a document of a service that has none',
      args: ['cors.xml', '--dialect', 'boomi'],
      advice: 'It is a document of Tencent COS, not in the neutral form: read it with --dialect cos.',
    },
    {
      name: 'a part of a document as the neutral form',
      args: ['part.xml', '--profile', 'cos'],
      advice: 'It was read as JSON; name a document of a service with --dialect.',
    },
    { name: 'nothing', args: ['empty.xml', '--dialect', 'cos'], advice: '' },
  ])('tells which form a file is in that cannot be read as $name', async ({ args, advice }) => {
    const { exitCode, stdout } = await lint(...args);
    expect(exitCode).toBe(3);
    const [, , after = ''] = /(^|\n)\S+: 1 error\n(.*)$/s.exec(stdout) ?? [];
    expect(after.replaceAll('\n', ' ').trim()).toBe(advice);
  });

  it.each([
    { name: 'nowhere.xml', why: 'there is no such file' },
    { name: '.', why: 'it is a directory' },
  ])('says why $name cannot be read', async ({ name, why }) => {
    const stderr = `crossgate: ${name} cannot be read: ${why}\n`;
    expect(await lint(name, '--dialect', 'cos')).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  it('shows a finding where it is, and what to do', async () => {
    const { exitCode, stdout, stderr } = await lint('doubtful.xml', ...AZURE);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`warning[origin-never-sent] no browser sends the origin \`https://a.com/\`: `);
    expect(stdout).toContain(`  doubtful.xml:5:7  rules[0].allowedOrigins[0]
   5 |       <AllowedOrigins>https://a.com/,https://*.b.com</AllowedOrigins>
     |                       ^^^^^^^^^^^^^^
  to do: `);
    expect(stdout).toMatch(/\n\ndoubtful\.xml: \d+ warnings?, \d+ infos?\n$/);
  });

  it('prints JSON', async () => {
    const { exitCode, json } = await lintJson('doubtful.xml', ...AZURE);
    expect(exitCode).toBe(0);
    expect(Object.keys(json)).toEqual(['diagnostics']);
    expect(json.diagnostics.find(({ code }) => code === 'origin-never-sent')).toEqual({
      code: 'origin-never-sent',
      severity: 'warning',
      parameters: {
        value: 'https://a.com/',
        reason: 'it ends in a slash',
        correction: 'write `https://a.com`',
      },
      path: ['rules', 0, 'allowedOrigins', 0],
      span: { start: { line: 5, column: 7 }, end: { line: 5, column: 70 } },
      message: expect.stringContaining('https://a.com/'),
      help: expect.any(String),
    });
    expect(json.diagnostics.find(({ code }) => code === 'origin-subdomains')).toMatchObject({
      path: ['rules', 0, 'allowedOrigins', 1],
      witness: { origin: expect.stringMatching(/^https:\/\/.+\.b\.com$/), method: 'GET', headers: [] },
    });
  });

  it.each([
    { name: 'a warning', args: ['doubtful.xml', ...AZURE], exitCode: 0 },
    { name: 'a warning that is denied', args: ['doubtful.xml', ...AZURE, '--deny-warnings'], exitCode: 2 },
    { name: 'an error', args: ['broken.xml', ...AZURE], exitCode: 3 },
    {
      name: 'an error beside denied warnings',
      args: ['broken.xml', ...AZURE, '--deny-warnings'],
      exitCode: 3,
    },
    { name: 'nothing but infos', args: ['clean.json', '--profile', 'cos', '--deny-warnings'], exitCode: 0 },
  ])('ends with $exitCode for $name', async ({ args, exitCode }) => {
    expect((await lint(...args)).exitCode).toBe(exitCode);
    expect((await lintJson(...args)).exitCode).toBe(exitCode);
  });

  it('finds all errors of a document, with their places', async () => {
    const { json } = await lintJson('broken.xml', ...AZURE);
    expect(json.diagnostics).toMatchObject([
      { code: 'method-unknown', severity: 'error', span: { start: { line: 6, column: 7 } } },
      { code: 'max-age-range', severity: 'error', span: { start: { line: 9, column: 7 } } },
    ]);
  });

  it('judges the neutral form by the service that reads it', async () => {
    const codes = async (profile: string) =>
      (await lintJson('clean.json', '--profile', profile)).json.diagnostics.map(({ code }) => code);
    expect(await codes('azure-tables')).toContain('max-age-missing');
    expect(await codes('cos')).not.toContain('max-age-missing');
  });

  it('says so when there is nothing', async () => {
    const clean = { allowedOrigins: ['https://a.com'], allowedMethods: ['GET'] };
    const input = JSON.stringify({ rules: [clean] });
    const { exitCode, stdout } = await files.run(['lint', '-', '--profile', 'boomi'], input);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: 'standard input: nothing to find fault with\n',
    });
  });

  it('lets a hostile policy move nothing on a terminal', async () => {
    const { exitCode, stdout } = await lint('hostile.json', '--profile', 'cos');
    expect(exitCode).toBe(3);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get out
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThan(200);
  });

  it('cannot be carried out without a file or a service', async () => {
    expect(await lint('clean.json')).toMatchObject({ exitCode: 1, stdout: '' });
    expect(await lint('none.json', '--profile', 'cos')).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

describe.concurrent('--json of a policy with errors', () => {
  it.each([
    {
      name: 'explain',
      args: ['explain', 'broken.xml', '--dialect', 'cos', '--origin', 'https://a.com', '--method', 'PUT'],
    },
    { name: 'compare', args: ['compare', 'cors.xml', 'broken.xml', '--dialect', 'cos'] },
    { name: 'convert', args: ['convert', 'broken.xml', '--from', 'cos', '--to', 'qingstor'] },
  ])('is what lint prints, with $name', async ({ args }) => {
    const broken = newCommandFiles({
      ...POLICY_FILES,
      'broken.xml': POLICY_FILES['cors.xml'].replace('<AllowedMethod>PUT', '<AllowedMethod>GETX'),
    });
    const { exitCode, stdout, stderr } = await broken.run([...args, '--json']);
    const linted = await broken.run(['lint', 'broken.xml', '--dialect', 'cos', '--json']);
    broken.remove();
    const isError = ({ severity }: { severity: string }) => severity === 'error';
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: 'crossgate: broken.xml has 1 error\n' });
    expect(JSON.parse(stdout)).toEqual({
      diagnostics: JSON.parse(linted.stdout).diagnostics.filter(isError),
    });
  });
});
