import type { Policy } from '@crossgate/core';
import {
  type LmdbPolicyStore,
  type MigrationProgress,
  migratePolicies,
  openLmdbPolicyStore,
  type PolicyRevision,
  type TenantKey,
} from '@crossgate/policy-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryDirectory } from './temporary-directory.ts';

const ALICE: TenantKey = { dialect: 'cos', tenant: 'alice' };
const BOB: TenantKey = { dialect: 'boomi', tenant: 'bob' };
const CAROL: TenantKey = { dialect: 'cos', tenant: 'carol' };

describe('migratePolicies', () => {
  let directories: Awaited<ReturnType<typeof createTemporaryDirectory>>[];
  let from: LmdbPolicyStore;
  let to: LmdbPolicyStore;

  beforeEach(async () => {
    directories = [await createTemporaryDirectory(), await createTemporaryDirectory()];
    const [source, target] = directories.map(({ path }) => openLmdbPolicyStore({ directory: path }));
    if (!source || !target) throw new Error('two stores were opened');
    [from, to] = [source, target];
  });
  afterEach(async () => {
    await Promise.all([from.close(), to.close()]);
    for (const directory of directories) await directory.remove();
  });

  function migrate(): ReturnType<typeof migratePolicies> {
    return migratePolicies(from.archive, to.archive);
  }

  it('copies policies, settings, times, histories and deletions', async () => {
    await from.put(ALICE, policy(1));
    await from.update(ALICE, { settings: { logging: { read: true } } });
    await from.put(BOB, policy(2));
    await from.delete(BOB);
    const progress: MigrationProgress[] = [];
    const report = await migratePolicies(from.archive, to.archive, {
      onProgress: step => progress.push(step),
    });
    expect(report).toEqual({ tenants: 2, copied: 4, alreadyThere: 0, different: [] });
    expect(to.get(ALICE)).toMatchObject({ policy: policy(1), settings: { logging: { read: true } } });
    expect(to.get(BOB)).toBeUndefined();
    for (const key of [ALICE, BOB]) {
      expect(to.history(key).map(withoutNumber)).toEqual(from.history(key).map(withoutNumber));
    }
    expect(progress).toEqual([
      { phase: 'copying', done: 1, total: 2 },
      { phase: 'copying', done: 2, total: 2 },
      { phase: 'verifying', done: 1, total: 2 },
      { phase: 'verifying', done: 2, total: 2 },
    ]);
  });

  it('copies nothing twice, and what came since', async () => {
    for (let n = 0; n < 48; n++) await from.put(ALICE, policy(n));
    await migrate();
    expect(await migrate()).toEqual({ tenants: 1, copied: 0, alreadyThere: 48, different: [] });
    // So many that the first are no longer in the history of the source.
    for (let n = 48; n < 60; n++) await from.put(ALICE, policy(n));
    expect(await migrate()).toEqual({ tenants: 1, copied: 12, alreadyThere: 38, different: [] });
    expect(to.history(ALICE).map(withoutNumber)).toEqual(from.history(ALICE).map(withoutNumber));
  });

  it('goes on where it was broken off', async () => {
    for (let n = 0; n < 5; n++) await from.put(ALICE, policy(n));
    const [first, second] = from.archive.revisions(ALICE);
    if (!first || !second) throw new Error('there are revisions');
    const one = await to.archive.append(ALICE, undefined, first);
    await to.archive.append(ALICE, one, second);
    expect(await migrate()).toEqual({ tenants: 1, copied: 3, alreadyThere: 2, different: [] });
  });

  it('leaves alone who has another history, and tells', async () => {
    await from.put(ALICE, policy(1));
    await from.put(CAROL, policy(2));
    const revision = await to.put(ALICE, policy(3));
    await to.put(BOB, policy(4));
    expect(await migrate()).toEqual({ tenants: 2, copied: 1, alreadyThere: 0, different: [ALICE] });
    expect(to.history(ALICE)).toHaveLength(1);
    expect(to.get(ALICE)).toMatchObject({
      policy: policy(3),
      revision: 'revision' in revision && revision.revision,
    });
    expect(to.get(CAROL)?.policy).toEqual(policy(2));
    expect(to.get(BOB)?.policy).toEqual(policy(4));
  });

  it('tells who was written to meanwhile', async () => {
    await from.put(ALICE, policy(1));
    const report = await migratePolicies(from.archive, {
      ...to.archive,
      async append(key, after, past) {
        await to.put(key, policy(9));
        return await to.archive.append(key, after, past);
      },
    });
    expect(report).toEqual({ tenants: 1, copied: 0, alreadyThere: 0, different: [ALICE] });
  });

  it('ends when it is told to', async () => {
    for (let n = 0; n < 5; n++) await from.put(ALICE, policy(n));
    const interruption = new AbortController();
    const migration = migratePolicies(
      from.archive,
      {
        ...to.archive,
        append(...entry) {
          if (to.history(ALICE).length === 2) interruption.abort(new Error('enough'));
          return to.archive.append(...entry);
        },
      },
      { signal: interruption.signal },
    );
    await expect(migration).rejects.toThrow('enough');
    expect(to.history(ALICE)).toHaveLength(3);
  });
});

function withoutNumber({ revision: _, ...rest }: PolicyRevision): Omit<PolicyRevision, 'revision'> {
  return rest;
}

function policy(maxAgeSeconds: number): Policy {
  return {
    rules: [
      { allowedOrigins: ['*'], allowedMethods: [], allowedHeaders: [], exposeHeaders: [], maxAgeSeconds },
    ],
  };
}
