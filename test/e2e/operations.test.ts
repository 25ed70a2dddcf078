import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminApi, policyFor, policyPath } from '../support/admin-http.ts';
import { bearer } from '../support/admin-session.ts';
import { type ServerProcess, startServerProcess } from '../support/command.ts';
import { cosHost, sendCos } from '../support/cos-http.ts';
import { eventually } from '../support/policies.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'packages/cli/dist/main.js');
const OPERATIONS = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
const SECURITY = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

const BLOCKS = [...OPERATIONS.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

describe('docs/operations.md', () => {
  let directory: string;
  let server: ServerProcess | undefined;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-operations-'));
    for (const name of ['bin', 'backup']) mkdirSync(join(directory, name));
    const command = join(directory, 'bin/crossgate');
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
    chmodSync(command, 0o755);
  });
  afterEach(async () => {
    await server?.stop('SIGKILL');
    server = undefined;
    rmSync(directory, { recursive: true, force: true });
  });

  /** Runs the block that has a text, as a reader would, in directories of this test. */
  function runBlock(text: string): string {
    const code = BLOCKS.find(block => block.includes(text)) ?? 'exit 99';
    const here = code
      .replaceAll('/var/lib/crossgate', join(directory, 'data'))
      .replaceAll('/backup/', `${join(directory, 'backup')}/`)
      .replaceAll('/etc/crossgate', directory)
      // There may be no such group here.
      .replaceAll('-g crossgate ', '');
    const { PATH: path = '' } = process.env;
    const PATH = `${join(directory, 'bin')}${delimiter}${path}`;
    return execFileSync('sh', ['-ec', here], { encoding: 'utf8', env: { ...process.env, PATH } });
  }

  it('backs up a server that runs, and goes back to what was', async () => {
    server = await startServerProcess(join(directory, 'data'));
    const put = { method: 'PUT', body: policyFor('https://before.test') };
    await adminApi(server.admin)(policyPath('b-1250000000'), put);
    const output = runBlock('store verify');
    expect(output).toMatch(/^Tenants: 1\. Revisions: 1\./);
    expect(output).toMatch(/^A whole backup of .*\. Tenants: 1\. Revisions: 1\.$/m);
    await adminApi(server.admin)(policyPath('b-1250000000'), { method: 'DELETE' });
    await server.stop('SIGTERM');

    expect(runBlock('store restore')).toContain('Revisions: 1 copied, 0 there before.');
    server = await startServerProcess(join(directory, 'data'));
    const { json } = await adminApi(server.admin)(policyPath('b-1250000000'));
    expect(json).toMatchObject({ policy: { rules: [{ allowedOrigins: ['https://before.test'] }] } });
  });

  it('changes a key and a token while all clients go on, in the steps that it says', async () => {
    const [, both = ''] = /^ {3}```yaml\n([\s\S]*?)^ {3}```$/m.exec(OPERATIONS) ?? [];
    const without = (pattern: RegExp): string =>
      both
        .split('\n')
        .filter(line => !pattern.test(line))
        .join('\n');
    const isNew = /file: [\w-]+-new /;
    const isOld = /file: (?!\S+-new )/;
    const file = join(directory, 'crossgate.yaml');
    const token = (name: string): string => readFileSync(join(directory, name), 'utf8').trimEnd();
    const secrets = { old: 'the-old-secret', new: 'the-new-secret' };
    writeFileSync(join(directory, 'deploy'), 'a-token-of-24-characters');
    writeFileSync(join(directory, 'cos'), secrets.old);
    writeFileSync(join(directory, 'cos-new'), secrets.new);
    runBlock('openssl rand');
    expect(token('deploy-new')).toHaveLength(44);

    const reload = async (text: string): Promise<void> => {
      const before = Number(await reloads());
      writeFileSync(file, text);
      server?.child.kill('SIGHUP');
      await eventually(async () => expect(Number(await reloads())).toBe(before + 1));
    };
    // With whichever token is good.
    const reloads = async (): Promise<string | undefined> => {
      for (const name of ['deploy', 'deploy-new']) {
        const { text } = await ask('/metrics', { headers: bearer(token(name)) });
        const count = /^crossgate_config_reloads_total{result="taken-over"} (\d+)$/m.exec(text)?.[1];
        if (count !== undefined) return count;
      }
      return undefined;
    };
    const good = async (): Promise<unknown> => {
      const { cos = '' } = server ?? {};
      const statuses = Object.entries(secrets).map(async ([name, secret]) => {
        const key = { id: 'AKIDexample', secret };
        return [name, (await sendCos(cos, cosHost('b-1250000000'), { method: 'HEAD', key })).status];
      });
      const tokens = ['deploy', 'deploy-new'].map(async name => {
        return [name, (await ask('/api/v1/tenants', { headers: bearer(token(name)) })).status];
      });
      return Object.fromEntries(await Promise.all([...statuses, ...tokens]));
    };

    writeFileSync(file, without(isNew));
    server = await startServerProcess(join(directory, 'data'), ['--config', file]);
    const ask = adminApi(server.admin);
    expect(await good()).toEqual({ old: 404, new: 403, deploy: 200, 'deploy-new': 401 });
    await reload(both);
    expect(await good()).toEqual({ old: 404, new: 404, deploy: 200, 'deploy-new': 200 });
    await reload(without(isOld));
    expect(await good()).toEqual({ old: 403, new: 404, deploy: 401, 'deploy-new': 200 });
  });

  it('names lines that the log has, and fields of the audit log', () => {
    const sources = readdirSync(join(ROOT, 'packages'), { recursive: true, encoding: 'utf8' })
      .filter(name => /^(?:server|policy-store)\/src\/.*\.ts$/.test(name))
      .map(name => readFileSync(join(ROOT, 'packages', name), 'utf8'))
      .join('\n');
    const named = [
      'the configuration was taken over',
      'the configuration stays as it was',
      'a request failed',
      'a policy could not be written',
      'an upstream failed',
      'what etcd has cannot be taken',
      'the disk did not take the write',
      'was used for what it may not do',
      'token-wrong',
    ];
    for (const text of named) {
      expect(OPERATIONS).toContain(text);
      expect(sources, text).toContain(text);
    }
  });

  it('has commands for each of the files in deploy', () => {
    for (const file of readdirSync(join(ROOT, 'deploy')).filter(name => name !== 'health.mjs'))
      expect(OPERATIONS, file).toContain(`deploy/${file}`);
  });
});

describe.each([
  { name: 'docs/operations.md', text: OPERATIONS },
  { name: 'SECURITY.md', text: SECURITY },
])('$name', ({ name, text }) => {
  it('links to files that there are', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, file = '']) => file);
    expect(links.length).toBeGreaterThan(1);
    expect(links.filter(link => !existsSync(join(ROOT, dirname(name), link)))).toEqual([]);
  });
});

describe('SECURITY.md', () => {
  it('points to tests that there are', () => {
    const tests = [...SECURITY.matchAll(/`((?:test|packages)\/\S+\.test\.ts)`/g)].map(
      ([, file = '']) => file,
    );
    expect(tests.length).toBeGreaterThan(20);
    const known = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
      .map(file => `test/${file}`)
      .concat(
        readdirSync(join(ROOT, 'packages'), { encoding: 'utf8' }).flatMap(name => {
          const folder = join(ROOT, 'packages', name, 'test');
          if (!existsSync(folder)) return [];
          const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
          return files.map(file => `packages/${name}/test/${file}`);
        }),
      );
    const isThere = (pattern: string): boolean => {
      const [before = '', after] = pattern.split('*');
      return known.some(file =>
        after === undefined ? file === pattern : file.startsWith(before) && file.endsWith(after),
      );
    };
    expect(tests.filter(file => !isThere(file))).toEqual([]);
  });
});
