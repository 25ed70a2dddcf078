import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminApi, policyFor, policyPath } from '../support/admin-http.ts';
import { type CommandResult, runCommand } from '../support/command.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

let server: LocalServer;
let directory: string;

beforeAll(async () => {
  server = await startLocalServer();
  directory = mkdtempSync(join(tmpdir(), 'crossgate-cli-'));
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('crossgate --version', () => {
  it('prints the version of the package', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../packages/cli/package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    expect(await runCommand(['--version'])).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
  });
});

/** Runs `crossgate policy …` against the server of this test. */
async function policy(...args: readonly string[]): Promise<CommandResult> {
  return await policyWithInput('', ...args);
}

async function policyWithInput(input: string, ...args: readonly string[]): Promise<CommandResult> {
  const env = { CROSSGATE_ADMIN: `http://${server.admin}` };
  return await runCommand(['policy', ...args], { input, env });
}

/** Each test has a tenant of its own. */
let lastTenant = 0;
function newTenant(): string {
  lastTenant += 1;
  return `tenant${lastTenant}-1250000000`;
}

/** Puts a policy past the command, and gives its revision. */
async function put(tenant: string, value: object): Promise<number> {
  const { json } = await adminApi(server.admin)(policyPath(tenant), { method: 'PUT', body: value });
  return (json as { revision: number }).revision;
}

let lastFile = 0;
function file(content: string | Uint8Array): string {
  lastFile += 1;
  const path = join(directory, `file${lastFile}`);
  writeFileSync(path, content);
  return path;
}

const NEUTRAL = JSON.stringify(policyFor('https://a.example', { exposeHeaders: ['ETag'] }));
const XML = `<CORSConfiguration>
	<CORSRule>
		<AllowedOrigin>https://a.example</AllowedOrigin>
		<AllowedMethod>GET</AllowedMethod>
		<ExposeHeader>ETag</ExposeHeader>
	</CORSRule>
</CORSConfiguration>`;

describe.concurrent('crossgate policy put', () => {
  it.each([
    { name: 'a file in the neutral form', run: (name: string) => policy('put', name, file(NEUTRAL)) },
    {
      name: 'a file in the form of the service',
      run: (name: string) => policy('put', name, file(XML), '--dialect', 'cos'),
    },
    { name: 'standard input', run: (name: string) => policyWithInput(NEUTRAL, 'put', name, '-') },
    {
      name: 'standard input in the form of the service',
      run: (name: string) => policyWithInput(XML, 'put', name, '-', '--dialect', 'cos'),
    },
  ])('stores $name', async ({ run }) => {
    const tenant = newTenant();
    const result = await run(`cos/${tenant}`);
    const { json } = await adminApi(server.admin)(policyPath(tenant));
    const { revision, policy: stored } = json as { revision: number; policy: unknown };
    expect(stored).toMatchObject(policyFor('https://a.example', { exposeHeaders: ['ETag'] }));
    const stdout = `cos/${tenant} has 1 rule at revision ${revision}.\n`;
    expect(result).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  it('prints JSON when it is asked to', async () => {
    const tenant = newTenant();
    const { stdout } = await policy('put', `cos/${tenant}`, file(NEUTRAL), '--json');
    expect(JSON.parse(stdout)).toEqual({ dialect: 'cos', tenant, revision: expect.any(Number) });
  });

  it('with --if-revision stores over that revision and over no other', async () => {
    const tenant = newTenant();
    const revision = await put(tenant, policyFor('https://old.example'));
    const args = ['put', `cos/${tenant}`, file(NEUTRAL), '--if-revision', String(revision)];
    expect(await policy(...args)).toMatchObject({ exitCode: 0 });
    const conflict = await policy(...args);
    expect(conflict).toMatchObject({ exitCode: 1, stdout: '' });
    expect(conflict.stderr).toMatch(/^crossgate: the policy has changed: it is at revision \d+ now\n$/);
  });

  it.each([
    {
      name: 'the neutral form has another shape',
      args: () => [file('{"rules":[{"allowedOrigins":"*","methods":[]}]}')],
      stderr: [
        /^crossgate: \S+ has 2 errors$/,
        /^error\[field-type\] `allowedOrigins` must be a list of strings$/,
        /:1:12 {2}rules\[0\]\.allowedOrigins$/,
        /^error\[field-unknown\] there is no `methods` here$/,
        /:1:33 {2}rules\[0\]\.methods$/,
      ],
    },
    {
      name: 'the service does not take it',
      args: () => [file(JSON.stringify(policyFor('https://*.*')))],
      stderr: [
        /^crossgate: the policy has errors, nothing was stored$/,
        /^ {2}rules\[0\]\.allowedOrigins\[0\]: the origin `https:\/\/\*\.\*` has more than one `\*`; /,
      ],
    },
    {
      name: 'the document of the service is wrong, with line and column',
      args: () => [file(XML.replace('GET', 'PATCH').replace('ETag', 'E Tag')), '--dialect', 'cos'],
      stderr: [
        /^crossgate: \S+ has 2 errors$/,
        /^error\[method-unknown\] the service does not take the method `PATCH`$/,
        /:4:3 {2}rules\[0\]\.allowedMethods\[0\]$/,
        /^error\[header-not-token\] `E Tag` is not a header name$/,
        /:5:3 {2}rules\[0\]\.exposeHeaders\[0\]$/,
      ],
    },
    {
      name: 'the document of the service is cut short, with line and column',
      args: () => [file('<CORSConfiguration>\n  <CORSRule>\n'), '--dialect', 'cos'],
      stderr: [/^crossgate: \S+ has 1 error$/, /^error\[document-malformed\] /, /:2:13$/],
    },
    {
      name: 'a document of a service is read without its dialect',
      args: () => [file(XML)],
      stderr: [
        /^crossgate: \S+ has 1 error$/,
        /^error\[document-malformed\] /,
        /:1:1$/,
        /^It is a document of Tencent COS, not in the neutral form: read it with --dialect cos\.$/,
      ],
    },
    {
      name: 'the neutral form is read as a document of the service',
      args: () => [file(NEUTRAL), '--dialect', 'cos'],
      stderr: [
        /^crossgate: \S+ has 1 error$/,
        /^error\[document-malformed\] /,
        /:1:1$/,
        /^It is in the neutral form, not a document of Tencent COS: leave out --dialect\.$/,
      ],
    },
  ])('ends with 3 and stores nothing when $name', async ({ args, stderr }) => {
    const tenant = newTenant();
    const result = await policy('put', `cos/${tenant}`, ...args());
    expect(result).toMatchObject({ exitCode: 3, stdout: '' });
    const lines = result.stderr.trimEnd().split('\n');
    const told = stderr.map(expected => lines.filter(line => expected.test(line)).length);
    expect(told, result.stderr).toEqual(stderr.map(() => 1));
    expect((await adminApi(server.admin)(policyPath(tenant))).status).toBe(404);
  });
});

describe.concurrent('crossgate policy get', () => {
  it('prints a policy in the neutral form, which put takes back', async () => {
    const tenant = newTenant();
    await put(tenant, policyFor('https://a.example'));
    const { exitCode, stdout } = await policy('get', `cos/${tenant}`);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(policyFor('https://a.example'));
    expect(await policyWithInput(stdout, 'put', `cos/${tenant}`, '-')).toMatchObject({ exitCode: 0 });
  });

  it('prints a policy in the form of the service, which put takes back', async () => {
    const tenant = newTenant();
    await put(tenant, JSON.parse(NEUTRAL));
    const { exitCode, stdout } = await policy('get', `cos/${tenant}`, '--dialect', 'cos');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`<?xml version='1.0' encoding='utf-8' ?>\n${XML}\n`);
    const back = ['put', `cos/${tenant}`, '-', '--dialect', 'cos'];
    expect(await policyWithInput(stdout, ...back)).toMatchObject({ exitCode: 0 });
  });

  it('with --json adds whose it is, and since when', async () => {
    const tenant = newTenant();
    const revision = await put(tenant, JSON.parse(NEUTRAL));
    const { stdout } = await policy('get', `cos/${tenant}`, '--json');
    const whole = { dialect: 'cos', tenant, revision, policy: JSON.parse(NEUTRAL) };
    expect(JSON.parse(stdout)).toMatchObject(whole);
  });
});

describe.concurrent('crossgate policy delete', () => {
  it('removes the policy, and has nothing to remove after that', async () => {
    const tenant = newTenant();
    const revision = await put(tenant, JSON.parse(NEUTRAL));
    const stale = await policy('delete', `cos/${tenant}`, '--if-revision', String(revision + 1_000));
    expect(stale).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`at revision ${revision} now`),
    });
    const removed = await policy('delete', `cos/${tenant}`, '--if-revision', String(revision));
    expect(removed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(removed.stdout).toMatch(new RegExp(`^cos/${tenant} has no policy since revision \\d+\\.\n$`));
    const again = await policy('delete', `cos/${tenant}`);
    expect(again).toEqual({ exitCode: 1, stdout: '', stderr: `crossgate: cos/${tenant} has no policy\n` });
  });
});

describe.concurrent('crossgate policy rollback', () => {
  it('goes back to a policy, to a deletion, and forth again', async () => {
    const tenant = newTenant();
    const name = `cos/${tenant}`;
    const first = await put(tenant, policyFor('https://first.example'));
    await put(tenant, policyFor('https://second.example'));
    const origin = async (): Promise<unknown> => {
      const { json } = await adminApi(server.admin)(policyPath(tenant));
      return (json as { policy?: { rules: { allowedOrigins: string[] }[] } }).policy?.rules[0]
        ?.allowedOrigins[0];
    };

    const back = await policy('rollback', name, String(first));
    expect(back).toMatchObject({ exitCode: 0, stderr: '' });
    expect(back.stdout).toMatch(
      new RegExp(`^${name} is as at revision ${first} again, at revision \\d+\\.\n$`),
    );
    expect(await origin()).toBe('https://first.example');

    const { stdout } = await policy('delete', name, '--json');
    const { revision: deletion } = JSON.parse(stdout) as { revision: number };
    expect(await policy('rollback', name, String(first))).toMatchObject({ exitCode: 0 });
    expect(await origin()).toBe('https://first.example');
    expect(await policy('rollback', name, String(deletion))).toMatchObject({ exitCode: 0 });
    expect(await origin()).toBeUndefined();

    const history = await policy('history', name);
    expect(history.stdout).toMatch(
      /^REVISION {2}WRITTEN {19}POLICY\n\d+ +\S+Z {2}deleted\n\d+ +\S+Z {2}1 rule\n\d+ +\S+Z {2}deleted\n/,
    );
    const { stdout: json } = await policy('history', name, '--json');
    const revisions = JSON.parse(json) as { revision: number; policy: unknown }[];
    expect(revisions.map(({ policy: kept }) => kept === null)).toEqual([
      true,
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(revisions.map(({ revision }) => revision)).toContain(deletion);
  });

  it('goes to no revision of somebody else', async () => {
    const tenant = newTenant();
    const foreign = await put(newTenant(), JSON.parse(NEUTRAL));
    await put(tenant, JSON.parse(NEUTRAL));
    const stderr = `crossgate: cos/${tenant} has no revision ${foreign} in its history; crossgate policy history cos/${tenant} lists what it has\n`;
    expect(await policy('rollback', `cos/${tenant}`, String(foreign))).toEqual({
      exitCode: 1,
      stdout: '',
      stderr,
    });
  });
});

describe('crossgate policy list', () => {
  it('says that there is nobody, then lists who there is', async () => {
    const other = await startLocalServer();
    const run = (...args: string[]): Promise<CommandResult> =>
      runCommand(['policy', 'list', '--admin', `http://${other.admin}`, ...args]);
    expect(await run()).toEqual({ exitCode: 0, stdout: 'There are no tenants.\n', stderr: '' });
    for (const tenant of ['b-1', 'a-much-longer-name-1250000000']) {
      const body = policyFor('https://a.example');
      await adminApi(other.admin)(policyPath(tenant), { method: 'PUT', body });
    }
    const table = await run();
    expect(table.stdout.replaceAll(/\d{4}-\S+Z\n/g, 'TIME\n')).toBe(
      [
        'TENANT                             RULES  REVISION  WRITTEN',
        'cos/a-much-longer-name-1250000000  1      2         TIME',
        'cos/b-1                            1      1         TIME',
        '',
      ].join('\n'),
    );
    const { stdout } = await run('--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { tenant: 'a-much-longer-name-1250000000' },
      { tenant: 'b-1' },
    ]);
    await other.stop();
  });
});

describe('a command whose reader goes away', () => {
  it('ends as if it had been read', async () => {
    // `… | head -1`, with the reader gone before there is anything to read.
    const script = `"$0" "$1" policy list --admin "$2" | true; echo "$?" "\${PIPESTATUS[0]}"`;
    const main = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
    const args = ['-c', script, process.execPath, main, `http://${server.admin}`];
    const { stdout, stderr } = await promisify(execFile)('bash', args);
    expect({ stdout, stderr }).toEqual({ stdout: '0 0\n', stderr: '' });
  });
});

describe.concurrent('a command that cannot be carried out ends with 1 and says why:', () => {
  const NOWHERE = 'http://127.0.0.1:1';
  it.each([
    {
      name: 'no server',
      args: ['list', '--admin', NOWHERE],
      stderr: `crossgate: no server answers at ${NOWHERE}: start one with \`crossgate serve\`, or name its admin API with --admin`,
    },
    {
      name: 'an address that is no URL',
      args: ['list', '--admin', 'localhost:4000'],
      stderr: 'crossgate: localhost:4000 is not the URL of an admin API, such as http://127.0.0.1:4000',
    },
    {
      name: 'an unknown dialect',
      args: ['get', 'cos/b-1', '--dialect', 's3'],
      stderr: 'crossgate: there is no dialect s3; known: cos, qingstor, azure-tables, boomi',
    },
    {
      name: 'an unknown service',
      args: ['get', 's3/b-1'],
      stderr: 'crossgate: there is no service s3; known: cos, qingstor, azure-tables, boomi',
    },
    {
      name: 'a name without a service',
      args: ['get', 'b-1'],
      stderr: 'crossgate: b-1 is not service/tenant, such as cos/examplebucket-1250000000',
    },
    {
      name: 'a name that no bucket has',
      args: ['get', 'cos/No Bucket'],
      stderr:
        'crossgate: No Bucket cannot be the name of any bucket of Tencent COS, whose names are such as examplebucket-1250000000',
    },
    {
      name: 'a tenant without a policy',
      args: ['get', 'cos/nobody-1'],
      stderr: 'crossgate: cos/nobody-1 has no policy',
    },
    {
      name: 'a file that is not there',
      args: ['put', 'cos/b-1', '/nowhere/policy.json'],
      stderr: /^crossgate: \/nowhere\/policy\.json cannot be read: there is no such file$/,
    },
    {
      name: 'a revision that is no number',
      args: ['rollback', 'cos/b-1', 'latest'],
      stderr: 'crossgate: latest is not a revision: revisions are whole numbers',
    },
    {
      name: 'a condition that is no number',
      args: ['delete', 'cos/b-1', '--if-revision', '-1'],
      stderr: 'crossgate: -1 is not a revision: revisions are whole numbers',
    },
    { name: 'an unknown command', args: ['frobnicate'], stderr: /^error: unknown command 'frobnicate'/ },
    { name: 'an unknown option', args: ['list', '--loud'], stderr: /^error: unknown option '--loud'/ },
    {
      name: 'a missing argument',
      args: ['put', 'cos/b-1'],
      stderr: /^error: missing required argument 'file'/,
    },
  ])('$name', async ({ args, stderr }) => {
    const result = await policy(...args);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    const text = result.stderr.trimEnd();
    if (typeof stderr === 'string') expect(text).toBe(stderr);
    else expect(text).toMatch(stderr);
  });

  it('a server that is not Crossgate', async () => {
    const other = createServer((_, response) => response.end('<html>'));
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const result = await runCommand(['policy', 'list', '--admin', url]);
    const stderr = `crossgate: what answers at ${url} is not the admin API of Crossgate: name that with --admin, such as http://127.0.0.1:4000\n`;
    expect(result).toEqual({ exitCode: 1, stdout: '', stderr });
    other.close();
  });
});

describe.concurrent('what a stranger wrote does not reach the terminal raw', () => {
  const HOSTILE = 'a\u001b[2Jb\u009b2Jc\u202ed\u007f';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;

  it.each([['get', '--json'], ['get'], ['get', '--dialect', 'cos'], ['history'], ['history', '--json']])(
    'from policy %s %s',
    async (command, ...options) => {
      const tenant = newTenant();
      await put(tenant, policyFor('https://a.example', { id: HOSTILE }));
      const { exitCode, stdout } = await policy(command, `cos/${tenant}`, ...options);
      expect(exitCode).toBe(0);
      expect(stdout).not.toMatch(RAW);
    },
  );

  it.each([
    { name: 'a field of a neutral file', content: JSON.stringify({ rules: [], [HOSTILE]: 1 }), options: [] },
    { name: 'an origin of a neutral file', content: JSON.stringify(policyFor(HOSTILE)), options: [] },
    { name: 'a file that is not JSON', content: `{"rules": ${HOSTILE}`, options: [] },
    {
      name: 'a document of a service',
      content: XML.replace('GET', 'G\u009b2JET\u202e'),
      options: ['--dialect', 'cos'],
    },
  ])('from the errors of $name', async ({ content, options }) => {
    const { exitCode, stderr } = await policy('put', `cos/${newTenant()}`, file(content), ...options);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('crossgate: ');
    expect(stderr).not.toMatch(RAW);
  });
});
