import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate, missingOpenssl } from '../support/certificates.ts';
import {
  type CommandResult,
  runCommand,
  type ServerProcess,
  startServerProcess,
} from '../support/command.ts';
import { cosHost, sendCos } from '../support/cos-http.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/configuration.md', import.meta.url)), 'utf8');
const SECRETS = {
  COS_SECRET: 'hush',
  COS_TEMPORARY_SECRET: 'hush',
  COS_TEMPORARY_TOKEN: 'token',
  BUCKET_SECRET: 'hush',
  ETCD_PASSWORD: 'hush',
  DEPLOY_TOKEN: 'deploy-0123456789abcdefghij',
};

let directory: string;
let server: ServerProcess | undefined;
const upstreams: Server[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-file-'));
});

afterEach(async () => {
  await server?.stop('SIGTERM');
  server = undefined;
  for (const upstream of upstreams.splice(0)) upstream.close();
  rmSync(directory, { recursive: true, force: true });
});

function writeConfig(text: string | Uint8Array): string {
  const file = join(directory, 'crossgate.yaml');
  writeFileSync(file, text);
  return file;
}

function check(file: string, ...args: readonly string[]): Promise<CommandResult> {
  return runCommand(['serve', '--config', file, '--check', ...args], { env: SECRETS });
}

/** An upstream that answers with its name. Gives its address. */
async function openUpstream(name: string): Promise<string> {
  const upstream = createServer((_, response) => response.end(name));
  upstreams.push(upstream);
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  return `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
}

describe('crossgate serve --check', () => {
  it.skipIf(missingOpenssl)(
    'takes the example of the documentation, which has every key of the table',
    async () => {
      const example = /^```yaml\n([\s\S]*?)^```$/m.exec(PAGE)?.[1] ?? '';
      for (const name of ['gateway', 'cos']) makeCertificate(directory, name);
      mkdirSync(join(directory, 'secrets'));
      writeFileSync(join(directory, 'secrets', 'cos'), 'hush\n');
      const { exitCode, stdout, stderr } = await check(writeConfig(example));
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain('It would serve:\n');
      expect(stdout).toContain('examplebucket-1250000000 -> http://127.0.0.1:9000\n');
      expect(stdout).not.toContain('hush');
      const keys = [...PAGE.matchAll(/^\| `([\w.[\]]+)` \|/gm)].map(([, key = '']) =>
        key.split(/[.[\]]+/).at(-1),
      );
      expect(keys.length).toBeGreaterThan(25);
      for (const key of keys) expect(example).toMatch(new RegExp(`\\b${key}:`));
    },
  );

  it('opens nothing', async () => {
    const data = join(directory, 'data');
    expect((await check(writeConfig(''), '--data', data)).exitCode).toBe(0);
    expect(readdirSync(directory)).toEqual(['crossgate.yaml']);
  });

  it('tells every mistake with its place, and fails', async () => {
    const file = writeConfig('workers: 0\nlimits:\n  idleSecond: 3\n');
    const stderr = `crossgate: there are 2 mistakes:
${file}:1:10: workers: must be a whole number from 1 to 64
${file}:3:3: limits.idleSecond: there is no such key; did you mean idleSeconds?
`;
    expect(await check(file)).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  it('checks flags as well, without a file too', async () => {
    expect(await runCommand(['serve', '--check', '--workers', '0'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'crossgate: --workers must be a whole number from 1 to 64\n',
    });
  });

  it.each([
    { name: 'a file that is not there', file: 'none.yaml', says: 'there is no such file' },
    { name: 'a directory', file: '.', says: 'it is a directory' },
  ])('cannot read $name', async ({ file, says }) => {
    const path = join(directory, file);
    const stderr = `crossgate: ${path}: cannot be read; ${says}\n`;
    expect(await check(path)).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  it('cannot read what is not UTF-8', async () => {
    const file = writeConfig(Buffer.from('host: \xe9\n', 'latin1'));
    const stderr = `crossgate: ${file}: is not UTF-8; save it as such\n`;
    expect(await check(file)).toEqual({ exitCode: 1, stdout: '', stderr });
  });
});

describe('crossgate serve --config', () => {
  it('does not start with a mistake in the file', async () => {
    const file = writeConfig('store: x\n');
    const stderr = `crossgate: ${file}:1:8: store: must be one of lmdb, memory, etcd\n`;
    expect(await runCommand(['serve', '--config', file])).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  it.each([1, 2])('sends requests to the upstream of their bucket, with %i processes', async workers => {
    const [own, common] = [await openUpstream('own'), await openUpstream('common')];
    const file = writeConfig(`
workers: ${workers}
dialects:
  cos:
    credentials:
      - id: me
        secret: hush
    upstream: ${common}
    tenants:
      one-1250000000: { upstream: ${own} }
`);
    server = await startServerProcess(join(directory, 'data'), ['--config', file]);
    expect(server.startUp).toContain(`one-1250000000 -> ${own}\n`);
    expect(server.startUp).toContain(`others -> ${common}\n`);
    const textOf = async (bucket: string): Promise<string> => {
      const key = { id: 'me', secret: 'hush' };
      return (await sendCos(server?.cos ?? '', cosHost(bucket), { target: '/key', key })).text;
    };
    expect(await textOf('one-1250000000')).toBe('own');
    expect(await textOf('two-1250000000')).toBe('common');
  });

  it('binds the port of a service, and names it when it is taken', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const file = writeConfig(`dialects: { cos: { port: ${port} } }`);
    const args = ['serve', '--config', file, '--port-base', '0', '--data', join(directory, 'data')];
    const stderr = `crossgate: port ${port} is taken: stop what uses it, or choose another port\n`;
    expect(await runCommand(args)).toEqual({ exitCode: 1, stdout: '', stderr });
    taken.close();
  });
});
