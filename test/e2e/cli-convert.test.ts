import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../support/command.ts';
import { type CommandFiles, newCommandFiles } from '../support/command-files.ts';
import { POLICY_FILES } from '../support/policy-files.ts';

let files: CommandFiles;

beforeAll(() => {
  files = newCommandFiles({
    ...POLICY_FILES,
    'put.json': JSON.stringify({
      rules: [{ allowedOrigins: ['https://a.com'], allowedMethods: ['MERGE'], maxAgeSeconds: 5 }],
    }),
  });
});

afterAll(() => files.remove());

async function convert(...args: readonly string[]): Promise<CommandResult> {
  return await files.run(['convert', ...args]);
}

describe.concurrent('crossgate convert', () => {
  it('writes the document to standard output, and what is lost to standard error', async () => {
    const { exitCode, stdout, stderr } = await convert('cors.xml', '--from', 'cos', '--to', 'azure-tables');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      `<?xml version="1.0" encoding="utf-8"?><StorageServiceProperties><Cors>${[
        '<CorsRule><AllowedMethods>GET,HEAD</AllowedMethods><AllowedOrigins>https://*.example.com</AllowedOrigins>',
        '<AllowedHeaders>x-cos-*</AllowedHeaders><ExposedHeaders /><MaxAgeInSeconds>600</MaxAgeInSeconds></CorsRule>',
        '<CorsRule><AllowedMethods>PUT</AllowedMethods><AllowedOrigins>https://upload.example.org</AllowedOrigins>',
        '<AllowedHeaders /><ExposedHeaders /><MaxAgeInSeconds>600</MaxAgeInSeconds></CorsRule>',
      ].join('')}</Cors></StorageServiceProperties>\n`,
    );
    expect(stderr).toBe(`lost[field-not-supported] the service has no such field: \`site\` is left out
  cors.xml:3:5  rules[0].id
   3 |     <ID>site</ID>
     |         ^^^^

narrower: the new policy lets in less than the old one, and nothing else
`);
  });

  it.each([
    { to: 'qingstor', start: '{"cors_rules":[' },
    { to: 'boomi', start: '{\n  "rules": [' },
    { to: 'neutral', start: '{\n  "rules": [\n    {\n      "id": "site",' },
    { to: 'cos', start: "<?xml version='1.0' encoding='utf-8' ?>\n<CORSConfiguration>" },
  ])('writes a document that $to takes', async ({ to, start }) => {
    const { exitCode, stdout } = await convert('cors.xml', '--from', 'cos', '--to', to);
    expect(exitCode).toBe(0);
    expect(stdout.startsWith(start)).toBe(true);
    const form = to === 'neutral' ? ['--profile', 'cos'] : ['--dialect', to];
    const { json } = await lint(stdout, form);
    expect(json.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  async function lint(
    input: string,
    form: readonly string[],
  ): Promise<{ readonly json: { readonly diagnostics: readonly { readonly severity: string }[] } }> {
    const { stdout } = await files.run(['lint', '-', ...form, '--json'], input);
    return { json: JSON.parse(stdout) };
  }

  it('says nothing when nothing is lost', async () => {
    const { stderr } = await convert('cors.xml', '--from', 'cos', '--to', 'neutral');
    expect(stderr).toBe('');
  });

  it('writes what compare bears out', async () => {
    const { stdout } = await convert('cors.json', '--from', 'qingstor', '--to', 'cos');
    const args = ['compare', 'cors.json', '-', '--from', 'qingstor', '--to', 'cos', '--no-new-access'];
    expect(await files.run(args, stdout)).toMatchObject({ exitCode: 0 });
  });

  it('prints JSON', async () => {
    const { exitCode, stdout, stderr } = await convert(
      'cors.xml',
      ...['--from', 'cos', '--to', 'azure-tables', '--json'],
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      policy: { rules: [expect.objectContaining({ allowedMethods: ['GET', 'HEAD'] }), expect.anything()] },
      document: expect.stringContaining('<StorageServiceProperties>'),
      losses: [
        {
          path: ['rules', 0, 'id'],
          code: 'field-not-supported',
          value: 'site',
          span: { start: { line: 3, column: 5 }, end: { line: 3, column: 18 } },
          message: 'the service has no such field: `site` is left out',
        },
      ],
      comparison: expect.objectContaining({ access: 'narrower', gained: null }),
    });
  });

  it.each([
    {
      name: 'nothing is left that the service takes',
      args: ['put.json', '--from', 'neutral', '--profile', 'azure-tables', '--to', 'cos'],
      exitCode: 1,
      stderr: /crossgate: cos does not take what is left\n/,
    },
    {
      name: 'the policy has errors',
      args: ['policy.json', '--from', 'qingstor', '--to', 'cos'],
      exitCode: 3,
      stderr: /^crossgate: policy\.json has \d errors?\n/,
    },
    {
      name: 'a service is missing',
      args: ['cors.xml', '--from', 'cos'],
      exitCode: 1,
      stderr: /^error: required option/,
    },
    {
      name: 'a service is unknown',
      args: ['cors.xml', '--from', 'cos', '--to', 's3'],
      exitCode: 1,
      stderr: /^crossgate: there is no dialect s3;/,
    },
  ])('ends with $exitCode when $name', async ({ args, exitCode, stderr }) => {
    expect(await convert(...args)).toMatchObject({
      exitCode,
      stdout: '',
      stderr: expect.stringMatching(stderr),
    });
  });
});
