import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServerProcess } from '../support/command.ts';
import { type CommandFiles, newCommandFiles } from '../support/command-files.ts';
import { POLICY_FILES } from '../support/policy-files.ts';

/** A line as `request-observer.ts` of the server writes it. */
function line(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    level: 30,
    time: '2026-01-02T03:04:05.678Z',
    dialect: 'cos',
    requestId: 'NjAw',
    kind: 'preflight',
    outcome: 'refused',
    method: 'OPTIONS',
    path: '/site-1250000000/hello.txt',
    tenant: 'site-1250000000',
    ...fields,
    status: 403,
    msg: 'request',
  });
}

const PUT = line({
  origin: 'https://www.example.com',
  requestMethod: 'PUT',
  requestHeaders: 'x-cos-a,x-cos-b',
});
const UPLOAD = line({ origin: 'https://upload.example.org', requestMethod: 'PUT' });
const LOG = [
  line({ origin: 'https://www.example.com', requestMethod: 'GET' }),
  PUT,
  '{"level":30,"time":"2026-01-02T03:04:05.678Z","msg":"listening"}',
  PUT,
  '',
  line({ dialect: 'qingstor', origin: 'https://www.example.com', requestMethod: 'PUT' }),
  'not JSON',
  UPLOAD,
  UPLOAD,
  UPLOAD,
  line({ requestMethod: 'PUT' }),
  line({ kind: 'data', method: 'PUT', origin: 'https://upload.example.org' }),
  line({ kind: 'data', method: 'GET' }),
  line({ origin: 7 }),
  PUT.slice(0, 90),
].join('\n');

let files: CommandFiles;

beforeAll(() => {
  files = newCommandFiles({
    ...POLICY_FILES,
    'server.log': LOG,
    'two.log': `${PUT}\n${PUT.replaceAll('site-1', 'other-1')}\n`,
    'allowed.log': UPLOAD,
    'hostile.log': line({ origin: 'https://\u001b[2J\u202e', requestMethod: 'G\u009bT', tenant: 'a\nb' }),
  });
});

afterAll(() => files.remove());

const COS = ['cors.xml', '--dialect', 'cos'];
const BROKEN = "crossgate: passed over what is no line of a server's log: lines 7, 14, 15\n";

describe.concurrent('crossgate explain --log', () => {
  it('shows each distinct preflight with its count, the refused first, with what would let them in', async () => {
    const { exitCode, stdout, stderr } = await files.run(['explain', ...COS, '--log', 'server.log']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: BROKEN });
    expect(stdout).toBe(`7 preflights, 4 distinct; 5 other lines passed over

refused 3
  2 x PUT from https://www.example.com with x-cos-a, x-cos-b
        the origin is allowed, but not with this method
        to let it in, add the allowed method \`PUT\` to rules[0]
  1 x PUT from no origin
        the request has no \`Origin\`

allowed 4
  3 x PUT from https://upload.example.org
        by rules[1]
  1 x GET from https://www.example.com
        by rules[0]
`);
  });

  it('prints JSON', async () => {
    const { exitCode, stdout } = await files.run(['explain', ...COS, '--log', '-', '--json'], LOG);
    expect(exitCode).toBe(2);
    const tenant = 'site-1250000000';
    const json: unknown = JSON.parse(stdout);
    expect(json).toEqual({
      requests: [
        {
          ...{ count: 3, tenant, origin: 'https://upload.example.org', method: 'PUT', headers: null },
          decision: expect.objectContaining({ kind: 'allowed', rule: 1, reason: null }),
        },
        {
          ...{
            count: 2,
            tenant,
            origin: 'https://www.example.com',
            method: 'PUT',
            headers: 'x-cos-a,x-cos-b',
          },
          decision: { kind: 'refused', rule: null, headers: {}, reason: 'method-not-allowed' },
        },
        {
          ...{ count: 1, tenant, origin: 'https://www.example.com', method: 'GET', headers: null },
          decision: expect.objectContaining({ kind: 'allowed', rule: 0 }),
        },
        {
          ...{ count: 1, tenant, origin: null, method: 'PUT', headers: null },
          decision: { kind: 'malformed', rule: null, headers: {}, reason: 'origin-missing' },
        },
      ],
      otherLines: 5,
      brokenLines: [7, 14, 15],
    });
  });

  it('ends with 0 when all are allowed', async () => {
    const { exitCode, stderr } = await files.run(['explain', ...COS, '--log', 'allowed.log']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  it('names the tenants when there are several', async () => {
    const { stdout } = await files.run(['explain', ...COS, '--log', 'two.log']);
    expect(stdout).toContain('2 preflights, 2 distinct');
    expect(stdout).toContain('x-cos-a, x-cos-b, site-1250000000\n');
    expect(stdout).toContain('x-cos-a, x-cos-b, other-1250000000\n');
  });

  it('lets what strangers sent move nothing on a terminal', async () => {
    const { stdout } = await files.run(['explain', ...COS, '--log', 'hostile.log']);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get out
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(stdout).toContain('\\u{1b}[2J');
  });
});

describe.concurrent('crossgate compare --log', () => {
  it('shows which recorded requests change', async () => {
    const { exitCode, stdout, stderr } = await files.run([
      ...['compare', 'cors.xml', 'narrower.xml', '--dialect', 'cos', '--log', 'server.log'],
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: BROKEN });
    expect(
      stdout.slice(stdout.indexOf('8 recorded')),
    ).toBe(`8 recorded requests, 5 distinct, of which 2 stay as they are; 4 other lines
passed over

shuts out 4
  3 x PUT from https://upload.example.org
        preflight
  1 x PUT from https://upload.example.org
        actual request

answers differently 1
  1 x GET from https://www.example.com
        preflight
`);
  });

  it('passes over what both refuse, or answer without a header that was asked for', async () => {
    const rule = { allowed_origin: 'https://a.com', allowed_methods: ['PUT'] };
    const document = (seconds: number) =>
      JSON.stringify({ cors_rules: [{ ...rule, max_age_seconds: seconds }] });
    const asked = line({
      dialect: 'qingstor',
      origin: 'https://a.com',
      requestMethod: 'PUT',
      requestHeaders: 'x-a',
    });
    const other = newCommandFiles({ 'old.json': document(1), 'new.json': document(2), 'asked.log': asked });
    const args = [
      '--dialect',
      'qingstor',
      '--variant',
      'qingstor=filter-headers',
      '--log',
      'asked.log',
      '--json',
    ];
    const { stdout } = await other.run(['compare', 'old.json', 'new.json', ...args]);
    other.remove();
    expect(JSON.parse(stdout)).toMatchObject({
      access: 'equivalent',
      answers: [{ header: 'Access-Control-Max-Age' }],
      log: { total: 1, changed: [] },
    });
  });

  it('prints JSON', async () => {
    const args = ['cors.xml', 'wider.xml', '--dialect', 'cos', '--log', 'server.log', '--json'];
    const { stdout } = await files.run(['compare', ...args]);
    expect(JSON.parse(stdout)).toMatchObject({
      access: 'wider',
      log: { total: 8, distinct: 5, changed: [], otherLines: 4, brokenLines: [7, 14, 15] },
    });
    const back = await files.run(['compare', 'narrower.xml', ...args.slice(1).with(0, 'cors.xml')]);
    expect(JSON.parse(back.stdout)).toMatchObject({
      log: {
        changed: [
          {
            count: 3,
            tenant: 'site-1250000000',
            change: 'let-in',
            request: 'preflight',
            origin: 'https://upload.example.org',
            method: 'PUT',
            headers: null,
            old: { kind: 'refused', reason: 'origin-not-allowed' },
            new: { kind: 'allowed', rule: 1 },
          },
          { change: 'answered-differently', origin: 'https://www.example.com', method: 'GET' },
          { change: 'let-in', request: 'actual' },
        ],
      },
    });
  });
});

describe('what crossgate serve logs', () => {
  it('is what --log reads', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'crossgate-log-'));
    const server = await startServerProcess(directory, ['--log-level', 'debug']);
    let log = '';
    server.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
    });
    const closed = server.child.stderr ? once(server.child.stderr, 'close') : undefined;
    const client = request(`http://${server.cos}/site-1250000000/hello.txt`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://www.example.com',
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'x-cos-a',
      },
    }).end();
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    await server.stop('SIGTERM');
    await closed;
    rmSync(directory, { recursive: true, force: true });
    const { stdout, stderr } = await files.run(['explain', ...COS, '--log', '-', '--json'], log);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      requests: [
        {
          ...{ count: 1, tenant: 'site-1250000000', origin: 'https://www.example.com' },
          ...{ method: 'PUT', headers: 'x-cos-a', decision: { reason: 'method-not-allowed' } },
        },
      ],
      brokenLines: [],
    });
  });
});
