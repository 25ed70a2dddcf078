import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminApi, policyFor, policyPath, type SendToAdmin } from '../support/admin-http.ts';
import { type ServerProcess, startServerProcess } from '../support/command.ts';
import { cosBucket, createBucket, putCors } from '../support/cos-http.ts';

/** What one writer has sent and what has been acknowledged to it, as numbers of its writes. */
interface Progress {
  sent: number;
  readonly acknowledged: Set<number>;
}

/** One who goes on writing until the server is gone. */
interface Writer {
  readonly name: string;
  readonly progress: Progress;
  /** Resolves when the server has acknowledged the write. */
  readonly write: (server: ServerProcess, number: number) => Promise<void>;
  /** Looks, after a crash, at everything that was written. */
  readonly check: (server: ServerProcess) => Promise<void>;
}

function ok({ status }: { readonly status: number }): void {
  if (status !== 200) throw new Error(`the server answered ${status}`);
}

/** Sets a policy again and again. */
function policyWriter(name: string, through: 'cos' | 'admin'): Writer {
  const bucket = `${name}-1250000000`;
  const progress: Progress = { sent: 0, acknowledged: new Set() };
  const revisions: number[] = [];
  const originOf = (number: number): string => `https://write${number}.example`;
  return {
    name,
    progress,
    write: async ({ cos, admin }, number) => {
      const origin = originOf(number);
      if (through === 'cos') {
        const rule = `<AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>GET</AllowedMethod>`;
        await putCors(cosBucket(cos, bucket), `<CORSRule>${rule}</CORSRule>`);
      } else {
        const answer = await adminApi(admin)(policyPath(bucket), { method: 'PUT', body: policyFor(origin) });
        ok(answer);
        revisions.push((answer.json as Revision).revision);
      }
    },
    check: async ({ admin }) => {
      expect(new Set(revisions).size).toBe(revisions.length);
      const { json } = await adminApi(admin)(policyPath(bucket));
      const stored = (json as { policy: ReturnType<typeof policyFor> }).policy;
      const possible = possibleNow(progress);
      expect(possible.map(number => policyFor(originOf(number)))).toContainEqual(
        expect.objectContaining({ rules: [expectedRule(stored)] }),
      );
    },
  };
}

/** The rule of a stored policy with the fields that were written; the lists that were left out have to be empty. */
function expectedRule(policy: object): object {
  const { rules } = policy as { rules: Record<string, unknown>[] };
  expect(rules).toHaveLength(1);
  const { allowedHeaders, exposeHeaders, ...rule } = rules[0] ?? {};
  expect([allowedHeaders, exposeHeaders]).toEqual([[], []]);
  return rule;
}

/** Writes one object again and again, and a new one each time. */
function objectWriter(name: string): Writer {
  const progress: Progress = { sent: 0, acknowledged: new Set() };
  const bodyOf = (number: number): Buffer =>
    Buffer.alloc(1 + ((number * 37_117) % 300_000), `${name} ${number} `);
  const put = async (server: ServerProcess, key: string, body: Buffer): Promise<void> => {
    ok(await cosBucket(server.cos, OBJECTS)({ method: 'PUT', target: `/${key}`, body }));
  };
  const read = async (server: ServerProcess, key: string): Promise<Buffer | undefined> => {
    const { status, headers, body } = await cosBucket(server.cos, OBJECTS)({ target: `/${key}` });
    if (status === 404) return undefined;
    expect(headers.etag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
    return body;
  };
  return {
    name,
    progress,
    write: async (server, number) => {
      const body = bodyOf(number);
      await Promise.all([put(server, `${name}/same`, body), put(server, `${name}/${number}`, body)]);
    },
    check: async server => {
      const same = await read(server, `${name}/same`);
      const possible = possibleNow(progress);
      expect(possible.some(number => same?.equals(bodyOf(number)))).toBe(true);
      for (let number = 1; number <= progress.sent; number++) {
        const body = await read(server, `${name}/${number}`);
        // One that was under way is there whole, or not at all.
        if (body || progress.acknowledged.has(number)) expect(body?.equals(bodyOf(number))).toBe(true);
      }
    },
  };
}

/** The write that was acknowledged last, and those that were sent after it. */
function possibleNow({ sent, acknowledged }: Progress): number[] {
  const last = Math.max(...acknowledged);
  return Array.from({ length: sent - last + 1 }, (_, i) => last + i);
}

const OBJECTS = 'objects-1250000000';

let directory: string;
let server: ServerProcess | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-crash-'));
});

afterEach(async () => {
  if (server && server.child.exitCode === null && server.child.signalCode === null)
    await server.stop('SIGKILL');
  server = undefined;
  rmSync(directory, { recursive: true, force: true });
});

/** Lets all write at once, and kills the server in the middle of it, after so many acknowledgements. */
async function writeUntilKilled(
  running: ServerProcess,
  writers: readonly Writer[],
  acknowledgements: number,
): Promise<void> {
  let count = 0;
  let killed: Promise<unknown> | undefined;
  const goOn = async ({ progress, write }: Writer): Promise<void> => {
    while (!killed) {
      progress.sent += 1;
      const number = progress.sent;
      try {
        await write(running, number);
      } catch (error) {
        if (!killed) throw error;
        return;
      }
      progress.acknowledged.add(number);
      count += 1;
      if (count >= acknowledgements) killed ??= running.stop('SIGKILL');
    }
  };
  await Promise.all(writers.map(goOn));
  await killed;
}

interface Revision {
  readonly revision: number;
}

/** Every revision that is remembered, of all tenants. */
async function allRevisions(send: SendToAdmin): Promise<number[]> {
  const { tenants } = (await send('/api/v1/tenants')).json as { tenants: { tenant: string }[] };
  const histories = tenants.map(async ({ tenant }) => {
    const { status, json } = await send(`${policyPath(tenant)}/history`);
    return status === 404 ? [] : (json as { revisions: Revision[] }).revisions;
  });
  return (await Promise.all(histories)).flat().map(({ revision }) => revision);
}

async function checkRevisions(send: SendToAdmin, highestBefore: number): Promise<number> {
  const revisions = await allRevisions(send);
  expect(new Set(revisions).size).toBe(revisions.length);
  const highest = Math.max(...revisions);
  expect(highest).toBeGreaterThan(highestBefore);
  const next = await send(policyPath('next-1'), { method: 'PUT', body: policyFor('https://next.example') });
  const { revision } = next.json as Revision;
  expect(revision).toBeGreaterThan(highest);
  return revision;
}

function filesUnder(...path: readonly string[]): string[] {
  const entries = readdirSync(join(directory, 'objects/cos', ...path), {
    recursive: true,
    withFileTypes: true,
  });
  return entries.flatMap(entry => (entry.isFile() ? [entry.name] : []));
}

async function listedKeys({ cos }: ServerProcess): Promise<string[]> {
  const keys: string[] = [];
  for (let marker = ''; ; ) {
    const { text } = await cosBucket(cos, OBJECTS)({ target: `/?marker=${encodeURIComponent(marker)}` });
    keys.push(...[...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key));
    if (!text.includes('<IsTruncated>true')) return keys;
    marker = keys.at(-1) ?? '';
  }
}

describe('a server that is killed while it writes', () => {
  it.each([
    { name: 'one process, four times over', rounds: 4, args: [] },
    { name: 'two workers', rounds: 1, args: ['--workers', '2'] },
  ])(
    'loses nothing that it acknowledged, and tears nothing: $name',
    async ({ rounds, args }) => {
      const policyWriters = [
        policyWriter('first', 'cos'),
        policyWriter('second', 'cos'),
        policyWriter('third', 'admin'),
      ];
      const objectWriters = [objectWriter('a'), objectWriter('b'), objectWriter('c')];
      const writers = [...policyWriters, ...objectWriters];
      server = await startServerProcess(directory, args);
      for (const bucket of [OBJECTS, ...policyWriters.map(({ name }) => `${name}-1250000000`)]) {
        await createBucket(server.cos, bucket);
      }
      let highest = 0;
      for (let round = 0; round < rounds; round++) {
        await writeUntilKilled(server, writers, 60 + 17 * round);
        server = await startServerProcess(directory, args);
        expect(filesUnder('staging')).toEqual([]);
        expect(filesUnder('objects')).toHaveLength((await listedKeys(server)).length);
        for (const { progress, check } of writers) {
          expect(progress.acknowledged.size).toBeGreaterThan(round);
          await check(server);
        }
        highest = await checkRevisions(adminApi(server.admin), highest);
      }
    },
    60_000,
  );
});
