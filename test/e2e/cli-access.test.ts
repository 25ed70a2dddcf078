import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKENS, WITH_TOKENS } from '../support/admin-session.ts';
import { type CommandResult, runCommand } from '../support/command.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

let server: LocalServer;
let directory: string;

beforeAll(async () => {
  server = await startLocalServer({}, {}, { text: WITH_TOKENS });
  directory = mkdtempSync(join(tmpdir(), 'crossgate-cli-access-'));
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

const WRONG = 'wrong-0123456789abcdefghi';
const TENANT = 'cos/cli-1250000000';

async function policy(
  args: readonly string[],
  env: Record<string, string> = {},
  input = '',
): Promise<CommandResult> {
  const own = { CROSSGATE_ADMIN: `http://${server.admin}`, CROSSGATE_ADMIN_TOKEN: '' };
  return await runCommand(['policy', ...args], { env: { ...own, ...env }, input });
}

function tokenFile(text: string): string {
  const path = join(directory, 'token');
  writeFileSync(path, text);
  return path;
}

const WHAT_TO_DO = 'set CROSSGATE_ADMIN_TOKEN, or name a file that has it with --token-file';
const SHOW_ANOTHER =
  'show another one, in CROSSGATE_ADMIN_TOKEN or in a file that is named with --token-file';

describe('crossgate policy, where the admin API has tokens', () => {
  it('shows the one of the environment', async () => {
    expect(await policy(['list'], { CROSSGATE_ADMIN_TOKEN: TOKENS.reader })).toMatchObject({
      exitCode: 0,
      stdout: 'There are no tenants.\n',
    });
  });

  it('shows the one of a file before that, without the line break at its end', async () => {
    const rules = '{"rules":[{"allowedOrigins":["https://a.example"],"allowedMethods":["GET"]}]}';
    const args = ['put', TENANT, '-', '--token-file', tokenFile(`${TOKENS.editor}\n`)];
    const put = await policy(args, { CROSSGATE_ADMIN_TOKEN: WRONG }, rules);
    expect(put).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/has 1 rule at revision 1\.\n$/),
    });
  });

  it.each([
    { name: 'without one', env: {}, says: `the admin API asks for a token: ${WHAT_TO_DO}` },
    {
      name: 'with a wrong one',
      env: { CROSSGATE_ADMIN_TOKEN: WRONG },
      says: `the admin API does not know this token: ${SHOW_ANOTHER}`,
    },
    {
      name: 'with one that no request can have',
      env: { CROSSGATE_ADMIN_TOKEN: 'two\nlines' },
      says: 'what is in CROSSGATE_ADMIN_TOKEN is no token: it must be one line of letters, digits and - . _ ~ + / =',
    },
  ])('says what to do $name, and not what it was', async ({ env, says }) => {
    const { exitCode, stdout, stderr } = await policy(['list'], env);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: '', stderr: `crossgate: ${says}\n` });
  });

  it('says what to do when its role is not enough', async () => {
    const { exitCode, stderr } = await policy(['delete', TENANT], { CROSSGATE_ADMIN_TOKEN: TOKENS.reader });
    const says = `reader has the role read-only, and this takes cors-admin: ${SHOW_ANOTHER}`;
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `crossgate: ${says}\n` });
  });

  it('says what to do about a file that has none', async () => {
    const empty = await policy(['list', '--token-file', tokenFile('\n')]);
    expect(empty).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('is no token') });
    const absent = await policy(['list', '--token-file', join(directory, 'absent')]);
    expect(absent).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('the token cannot be read'),
    });
  });

  it('shows it to nobody that the server sends it to', async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(307, { Location: `http://${server.admin}/api/v1/tenants` }).end();
    });
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const args = ['list', '--admin', `http://127.0.0.1:${port}`];
    const { exitCode, stderr } = await policy(args, { CROSSGATE_ADMIN_TOKEN: TOKENS.reader });
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is not the admin API of Crossgate'),
    });
    expect(seen).toEqual([`Bearer ${TOKENS.reader}`]);
    other.close();
  });
});
