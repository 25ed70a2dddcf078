import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../support/command.ts';
import { type CommandFiles, newCommandFiles } from '../support/command-files.ts';
import { POLICY_FILES } from '../support/policy-files.ts';

const HOSTILE = `https://a\u001b[2J\u202e${'b'.repeat(300)}.com`;

let files: CommandFiles;

beforeAll(() => {
  files = newCommandFiles({
    ...POLICY_FILES,
    'hostile.json': JSON.stringify({
      rules: [{ id: '\u009b2J\u202e', allowedOrigins: ['*'], allowedMethods: ['GET'] }],
    }),
    'broken.xml':
      '<CORSConfiguration>\n  <CORSRule>\n    <AllowedOrigin>https://*.*</AllowedOrigin>\n    <AllowedMethod>get</AllowedMethod>\n  </CORSRule>\n  <Rule/>\n</CORSConfiguration>',
    'shape.json': '{"rules": [{"allowedOrigins": "*"}],\n "vary": "yes"}',
  });
});

afterAll(() => files.remove());

async function explain(...args: readonly string[]): Promise<CommandResult> {
  return await files.run(['explain', ...args]);
}

async function explainJson(...args: readonly string[]): Promise<{ exitCode: number | null; json: unknown }> {
  const { exitCode, stdout } = await explain(...args, '--json');
  return { exitCode, json: JSON.parse(stdout) };
}

const COS = ['cors.xml', '--dialect', 'cos'];

describe.concurrent('crossgate explain', () => {
  it('shows a refusal: what each rule has, what a browser does, and the smallest change', async () => {
    const { exitCode, stdout, stderr } = await explain(
      ...COS,
      ...['--origin', 'http://upload.example.org', '--method', 'PUT', '--header', 'content-type'],
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(stdout).toBe(`refused with 403 AccessForbidden: no rule allows the origin
  preflight from http://upload.example.org for PUT with content-type

rules[1] does not allow the origin
  lacks origin http://upload.example.org
  11 |     <AllowedOrigin>https://upload.example.org</AllowedOrigin>
     |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^ differs in the scheme only
  allows method PUT
  12 |     <AllowedMethod>PUT</AllowedMethod>
     |                    ^^^
  lacks header content-type; it has none

other rules: 1 without the origin

In a browser
  a preflight is sent, for the method PUT, the header content-type; credentials:
  same-origin
  blocked by the answer to the preflight
    to do: answer \`Access-Control-Allow-Origin: http://upload.example.org\`
    Fetch, CORS check, step 2
    (https://fetch.spec.whatwg.org/#concept-cors-check)

Smallest change that lets it in
  add a rule after all others
    + <CORSRule>
    +   <AllowedOrigin>http://upload.example.org</AllowedOrigin>
    +   <AllowedMethod>PUT</AllowedMethod>
    +   <AllowedHeader>content-type</AllowedHeader>
    + </CORSRule>
`);
  });

  it('shows what answers an allowed request', async () => {
    const { exitCode, stdout } = await explain(
      ...COS,
      ...['--origin', 'https://www.example.com', '--method', 'GET', '--header', 'X-Cos-Meta'],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`allowed with 200: rules[0] answers
  preflight from https://www.example.com for GET with X-Cos-Meta
  Access-Control-Allow-Credentials: true
  Access-Control-Allow-Headers: x-cos-meta
  Access-Control-Allow-Methods: GET,HEAD
  Access-Control-Allow-Origin: https://www.example.com
  Access-Control-Max-Age: 600

rules[0] (site) answers
  allows origin https://www.example.com
   4 |     <AllowedOrigin>https://*.example.com</AllowedOrigin>
     |                    ^^^^^^^^^^^^^^^^^^^^^
  allows method GET
   5 |     <AllowedMethod>GET</AllowedMethod>
     |                    ^^^
  allows header X-Cos-Meta
   7 |     <AllowedHeader>x-cos-*</AllowedHeader>
     |                    ^^^^^^^

other rules: 1 not reached

In a browser
  a preflight is sent, for the header x-cos-meta; credentials: same-origin
  readable: the page gets the response
`);
  });

  it('shows a change of a document that is one line as its parts', async () => {
    const azure = await explain(
      'properties.xml',
      ...['--dialect', 'azure-tables', '--origin', 'https://a.com', '--method', 'DELETE'],
    );
    expect(azure.stdout).toContain(`Smallest change that lets it in
  add the allowed method \`DELETE\` to rules[0]
    - <AllowedMethods>GET,PUT</AllowedMethods>
    + <AllowedMethods>GET,PUT,DELETE</AllowedMethods>
`);
    const qingstor = await explain(
      'cors.json',
      ...['--dialect', 'qingstor', '--origin', 'https://a.com', '--method', 'PUT', '--header', 'x-b'],
    );
    expect(qingstor.stdout).toContain(`Smallest change that lets it in
  add the allowed header \`x-b\` to rules[0]
    - "x-a"
    + "x-a",
    + "x-b"
`);
  });

  it('prints JSON of a refusal', async () => {
    const args = ['--origin', 'http://upload.example.org', '--method', 'PUT'];
    expect(await explainJson(...COS, ...args)).toEqual({
      exitCode: 2,
      json: {
        decision: { kind: 'refused', rule: null, headers: {}, reason: 'origin-not-allowed' },
        rules: [
          {
            rule: 0,
            outcome: 'origin-not-allowed',
            origin: { value: 'http://upload.example.org', match: { kind: 'none', nearMisses: [] } },
            methods: [{ value: 'PUT', match: { kind: 'none', nearMisses: [] } }],
            headers: [],
            span: { start: { line: 2, column: 3 }, end: { line: 9, column: 14 } },
          },
          {
            rule: 1,
            outcome: 'origin-not-allowed',
            origin: {
              value: 'http://upload.example.org',
              match: {
                kind: 'none',
                nearMisses: [{ kind: 'scheme', index: 0, text: 'https://upload.example.org' }],
              },
            },
            methods: [{ value: 'PUT', match: { kind: 'entry', index: 0, text: 'PUT' } }],
            headers: [],
            span: { start: { line: 10, column: 3 }, end: { line: 14, column: 14 } },
          },
        ],
        nearest: {
          kind: 'edits',
          rule: 1,
          edits: [
            {
              kind: 'add-origin',
              path: ['rules', 1, 'allowedOrigins'],
              value: 'http://upload.example.org',
            },
          ],
          takesOver: false,
        },
        browser: {
          preflight: {
            causes: [{ kind: 'method', method: 'PUT' }],
            requestHeaders: [],
            status: 403,
            verdict: expect.objectContaining({ kind: 'blocked', step: 'allow-origin-missing' }),
          },
          verdict: expect.objectContaining({ kind: 'blocked', phase: 'preflight' }),
        },
      },
    });
  });

  it('prints JSON of what is allowed', async () => {
    const { exitCode, json } = await explainJson(
      ...COS,
      ...['--origin', 'https://upload.example.org', '--method', 'PUT', '--header', 'Accept: text/html'],
    );
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      decision: {
        kind: 'allowed',
        rule: 1,
        headers: {
          'Access-Control-Allow-Credentials': 'true',
          'Access-Control-Allow-Methods': 'PUT',
          'Access-Control-Allow-Origin': 'https://upload.example.org',
          'Access-Control-Max-Age': '600',
        },
        reason: null,
      },
      rules: [{ outcome: 'origin-not-allowed' }, { outcome: 'chosen' }],
      nearest: null,
      browser: { preflight: { status: 200 }, verdict: { kind: 'readable', status: 200 } },
    });
  });

  it.each([
    {
      name: 'an origin that is missing',
      args: [...COS, '--method', 'PUT'],
      decision: { kind: 'malformed', rule: null, headers: {}, reason: 'origin-missing' },
    },
    {
      name: 'a method that is missing',
      args: [...COS, '--origin', 'https://a.com'],
      decision: { kind: 'malformed', rule: null, headers: {}, reason: 'method-missing' },
    },
    {
      name: 'two origins',
      args: [...COS, '--origin', 'https://a.com, https://b.com', '--method', 'PUT'],
      decision: { kind: 'malformed', rule: null, headers: {}, reason: 'origin-malformed' },
    },
    {
      name: 'an OPTIONS that its service takes for no preflight',
      args: ['policy.json', '--dialect', 'boomi', '--method', 'GET'],
      decision: { kind: 'malformed', rule: null, headers: {}, reason: 'not-a-preflight' },
    },
    {
      name: 'a rule that refuses a header',
      args: [
        ...['properties.xml', '--dialect', 'azure-tables', '--origin', 'https://a.com', '--method', 'GET'],
        ...['--header', 'x-other'],
      ],
      decision: { kind: 'refused', rule: 0, headers: {}, reason: 'headers-not-allowed' },
    },
    {
      name: 'an actual request that no rule allows',
      args: [...COS, '--actual', '--origin', 'https://a.com', '--method', 'GET'],
      decision: { kind: 'refused', rule: null, headers: { Vary: 'Origin' }, reason: 'origin-not-allowed' },
    },
  ])('ends with 2 for $name', async ({ args, decision }) => {
    expect(await explainJson(...args)).toMatchObject({ exitCode: 2, json: { decision } });
  });

  it('explains the actual request when it is asked to', async () => {
    const args = [...COS, '--actual', '--method', 'GET'];
    const { exitCode, json } = await explainJson(...args, '--origin', 'https://www.example.com');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({ decision: { kind: 'allowed', rule: 0, headers: { Vary: 'Origin' } } });
    expect(await explainJson(...args)).toMatchObject({
      exitCode: 0,
      json: { decision: { kind: 'not-cors', rule: null, reason: 'origin-missing' }, browser: null },
    });
  });

  it.each([
    { name: 'the neutral form by default', args: ['policy.json', '--profile', 'cos'] },
    {
      name: 'the neutral form by name',
      args: ['policy.json', '--dialect', 'neutral', '--profile', 'qingstor'],
    },
    {
      name: 'the neutral form for a service without a document',
      args: ['policy.json', '--dialect', 'boomi'],
    },
    { name: 'the form of a service', args: ['cors.json', '--dialect', 'qingstor'] },
  ])('reads $name', async ({ args }) => {
    const { exitCode, json } = await explainJson(...args, '--origin', 'https://a.com', '--method', 'GET');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({ rules: [{ span: { start: { line: expect.any(Number) } } }] });
  });

  it('reads standard input', async () => {
    const args = ['explain', '-', '--dialect', 'cos', '--origin', 'https://a.com', '--method', 'GET'];
    const { exitCode, stdout } = await files.run(args, POLICY_FILES['cors.xml']);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('no rule allows the origin');
  });

  it('reads a service as a variant of its profile says', async () => {
    const args = ['cors.json', '--dialect', 'qingstor', '--origin', 'https://a.com', '--method', 'GET'];
    const asked = [...args, '--header', 'x-other'];
    expect((await explain(...asked)).exitCode).toBe(2);
    expect((await explain(...asked, '--variant', 'qingstor=filter-headers')).exitCode).toBe(0);
  });

  it('tells what credentials change in a browser', async () => {
    const args = ['--profile', 'cos', '--origin', 'https://a.com', '--method', 'GET'];
    const policy = JSON.stringify({ rules: [{ allowedOrigins: ['*'], allowedMethods: ['GET'] }] });
    const run = async (mode: string) =>
      JSON.parse(
        (await files.run(['explain', '-', ...args, '--credentials', mode, '--json'], policy)).stdout,
      );
    expect(await run('omit')).toMatchObject({ browser: { verdict: { kind: 'readable' } } });
    expect(await run('include')).toMatchObject({ browser: { verdict: { step: 'allow-origin-any' } } });
  });

  it('says which origin browsers send for one that no page has', async () => {
    const { stdout } = await explain(...COS, '--origin', 'https://upload.example.org/', '--method', 'PUT');
    expect(stdout).toContain('browsers send\n  `https://upload.example.org`');
    const { json } = await explainJson(...COS, '--origin', 'https://upload.example.org/', '--method', 'PUT');
    expect(json).toMatchObject({ browser: null });
  });

  it.each([
    { origin: 'app.example.com', why: 'it has no scheme; an origin is such as `https://app.example.com`' },
    { origin: 'NULL', why: 'browsers write `null` ' },
    {
      origin: 'https://a.com:99999',
      why: 'its port is not a number from 1 to 65535 without zeros before it ',
    },
    { origin: 'file:///tmp/a.html', why: 'it has more than scheme, host and port ' },
    { origin: '*', why: undefined },
    { origin: 'https://a com', why: undefined },
  ])('says why no page has the origin $origin', async ({ origin, why }) => {
    const { stdout } = await explain(...COS, '--origin', origin, '--method', 'PUT');
    const unwrapped = stdout.replaceAll(/\s+/g, ' ');
    expect(unwrapped).toContain(
      `no page has the origin \`${origin}\`${why === undefined ? ' ' : `: ${why}`}`,
    );
  });

  it.each([
    { what: 'the origin', args: ['--method', 'PUT'], flag: 'name the origin of the page with --origin' },
    { what: 'the method', args: ['--origin', 'https://a.com'], flag: 'name the method with --method' },
  ])('asks for the flag that names $what', async ({ args, flag }) => {
    const { stdout } = await explain(...COS, ...args);
    expect(stdout).toContain(`No small change lets it in\n  ${flag}\n`);
  });

  it('shows every rule only of a policy that is short', async () => {
    const rules = Array.from({ length: 60 }, (_, i) => ({
      allowedOrigins: [`https://${i}.com`, 'https://a.com'],
      allowedMethods: ['GET'],
    }));
    const args = ['explain', '-', '--profile', 'cos', '--origin', 'https://a.com', '--method', 'PUT'];
    const { stdout } = await files.run(args, JSON.stringify({ rules }));
    expect(stdout.match(/^rules\[\d+\]/gm)).toHaveLength(5);
    expect(stdout).toContain('other rules: 55 without the method\n');
  });

  it.each([
    { name: 'a hostile origin', args: [...COS, '--origin', HOSTILE, '--method', 'GET'] },
    { name: 'a hostile method', args: [...COS, '--origin', 'https://a.com', '--method', HOSTILE] },
    {
      name: 'a hostile policy',
      args: ['hostile.json', '--profile', 'cos', '--origin', 'https://a.com', '--method', 'GET'],
    },
  ])('lets $name move nothing on a terminal', async ({ args }) => {
    const { stdout } = await explain(...args);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get out
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(200);
    const { json } = await explainJson(...args);
    expect(json).toMatchObject({ decision: {} });
  });
});

describe.concurrent('crossgate explain of a broken document', () => {
  it('shows all that is wrong with it, and ends with 3', async () => {
    const { exitCode, stdout, stderr } = await explain('broken.xml', '--dialect', 'cos');
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toBe(`crossgate: broken.xml has 3 errors

error[origin-wildcards] the origin \`https://*.*\` has more than one \`*\`
  broken.xml:3:5  rules[0].allowedOrigins[0]
   3 |     <AllowedOrigin>https://*.*</AllowedOrigin>
     |                    ^^^^^^^^^^^
  to do: keep one \`*\`, and add an origin for each other case

error[method-unknown] the service does not take the method \`get\`
  broken.xml:4:5  rules[0].allowedMethods[0]
   4 |     <AllowedMethod>get</AllowedMethod>
     |                    ^^^
  to do: known, in capitals: PUT, GET, POST, DELETE, HEAD

error[field-unknown] there is no \`Rule\` here
  broken.xml:6:3
   6 |   <Rule/>
     |   ^^^^^^^
  to do: known here: CORSRule, ResponseVary
`);
  });

  it('shows the mistakes of one in the neutral form, too', async () => {
    const { exitCode, stderr } = await explain('shape.json', '--profile', 'cos');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('shape.json has 2 errors');
    expect(stderr).toContain(
      '   1 | {"rules": [{"allowedOrigins": "*"}],\n     |             ^^^^^^^^^^^^^^^^^^^^^',
    );
    expect(stderr).toContain('   2 |  "vary": "yes"}\n     |  ^^^^^^^^^^^^^');
  });

  it('finds what the service does not take of the neutral form', async () => {
    const { exitCode, stderr } = await explain('hostile.json', '--profile', 'boomi');
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(
      /^error\[origin-any\] .*\n {2}hostile\.json:1:\d+ {2}rules\[0\]\.allowedOrigins\[0\]\n {3}1 \| /m,
    );
    expect(stderr).toContain('error[field-not-supported]');
  });
});

describe.concurrent('crossgate explain that cannot be carried out ends with 1 and says why:', () => {
  it.each([
    {
      name: 'no service',
      args: ['policy.json'],
      stderr: /^crossgate: name the service that reads the policy/,
    },
    {
      name: 'an unknown dialect',
      args: ['policy.json', '--dialect', 's3'],
      stderr: /^crossgate: there is no dialect s3;/,
    },
    {
      name: 'an unknown profile',
      args: ['policy.json', '--profile', 's3'],
      stderr: /^crossgate: there is no dialect s3;/,
    },
    {
      name: 'a profile that nothing is read with',
      args: [...COS, '--profile', 'qingstor'],
      stderr: /^crossgate: --profile is for policies in the neutral form/,
    },
    {
      name: 'an unknown variant',
      args: [...COS, '--variant', 'cos=loose'],
      stderr: /^crossgate: --variant must be one of qingstor=filter-headers\n/,
    },
    { name: 'no file', args: ['--dialect', 'cos'], stderr: /^error: missing required argument 'policy'/ },
    {
      name: 'a file that is not there',
      args: ['none.xml', '--dialect', 'cos'],
      stderr: /^crossgate: none.xml cannot be read/,
    },
    {
      name: 'a header that is none',
      args: [...COS, '--header', 'a b'],
      stderr: /^crossgate: --header a b is not NAME/,
    },
    {
      name: 'another credentials mode',
      args: [...COS, '--credentials', 'always'],
      stderr: /^error: option '--credentials <mode>' argument 'always' is invalid/,
    },
    {
      name: 'an actual request without method',
      args: [...COS, '--actual'],
      stderr: /^crossgate: name the method/,
    },
    {
      name: 'a log beside a request',
      args: [...COS, '--log', 'x.log', '--origin', 'https://a.com'],
      stderr: /^crossgate: --log has the requests/,
    },
    {
      name: 'a log that is not there',
      args: [...COS, '--log', 'x.log'],
      stderr: /^crossgate: x.log cannot be read/,
    },
    {
      name: 'a log without preflights',
      args: [...COS, '--log', 'policy.json'],
      stderr: /crossgate: the log has no preflight of cos/,
    },
    {
      name: 'two files from standard input',
      args: ['-', '--dialect', 'cos', '--log', '-'],
      stderr: /^crossgate: only one of policy and log can be standard input/,
    },
  ])('$name', async ({ args, stderr }) => {
    const result = await explain(...args);
    expect(result).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringMatching(stderr) });
  });
});
