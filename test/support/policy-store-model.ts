import type { Policy } from '@crossgate/core';
import {
  type Expected,
  HISTORY_LIMIT,
  type PolicyRevision,
  type PolicyStore,
  type TenantKey,
  type WriteResult,
} from '@crossgate/policy-store';
import fc from 'fast-check';
import { expect, vi } from 'vitest';

const KEYS: readonly TenantKey[] = [
  { dialect: 'a', tenant: 'x' },
  { dialect: 'a', tenant: 'x\0' },
  { dialect: 'a', tenant: '\u{1f600}' },
  { dialect: 'a', tenant: '\ufffd' },
  { dialect: 'ab', tenant: 'x' },
];

type Expectation = 'none' | 'absent' | 'current' | 'stale';
/** Something that is done to a store. */
export type Step =
  | {
      readonly kind: 'put';
      readonly key: TenantKey;
      readonly text: string;
      readonly expectation: Expectation;
    }
  | { readonly kind: 'delete'; readonly key: TenantKey; readonly expectation: Expectation }
  | {
      readonly kind: 'list';
      readonly dialect: string | undefined;
      readonly after: TenantKey | undefined;
      readonly limit: number;
    }
  | { readonly kind: 'reopen' };

const key = fc.constantFrom(...KEYS);
const expectation = fc.constantFrom<Expectation>('none', 'none', 'absent', 'current', 'stale');
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        key,
        text: fc.string({ unit: 'binary' }),
        expectation,
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), key, expectation }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('list' as const),
        dialect: fc.constantFrom(undefined, 'a', 'ab', 'b'),
        after: fc.option(key, { nil: undefined }),
        limit: fc.nat(6),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  ),
  { maxLength: 40 },
);

/** All that ever happened, oldest first; everything else is looked up in it. */
class Model {
  readonly changes: PolicyRevision[] = [];

  history(of: TenantKey): PolicyRevision[] {
    return this.changes.filter(change => same(change.key, of)).reverse();
  }

  current(of: TenantKey): PolicyRevision | undefined {
    const last = this.history(of)[0];
    return last?.policy && last;
  }

  list(): PolicyRevision[] {
    const all = KEYS.flatMap(of => this.current(of) ?? []);
    return all.sort((a, b) => compareKeys(a.key, b.key));
  }

  expected(of: TenantKey, wanted: Expectation): Expected | undefined {
    if (wanted === 'none' || wanted === 'absent') return wanted === 'none' ? undefined : 'absent';
    return wanted === 'current' ? (this.current(of)?.revision ?? 'absent') : this.revision() + 1;
  }

  revision(): number {
    return this.changes.at(-1)?.revision ?? 0;
  }

  /** What comes of a write. Which revision it is, is for the store to choose: a higher one. */
  write(
    of: TenantKey,
    policy: Policy | undefined,
    expected: Expected | undefined,
    result: WriteResult,
  ): unknown {
    const current = this.current(of);
    const found = current?.revision ?? 'absent';
    if (expected !== undefined && expected !== found) return { kind: 'conflict', current };
    if (policy === undefined && current === undefined) return { kind: 'absent' };
    const revision = result.kind === 'written' ? result.revision : undefined;
    if (revision === undefined || revision <= this.revision()) return 'a write with a higher revision';
    this.changes.push({ key: of, revision, policy, writtenAt: expect.any(Number) });
    return { kind: 'written', revision, replaced: current?.revision };
  }
}

/**
 * Does all that to a store, and holds every answer against a list of all changes.
 *
 * @param reopen Closes the store and opens it over the same data.
 */
export async function followModel(
  program: readonly Step[],
  first: PolicyStore,
  reopen: () => Promise<PolicyStore>,
): Promise<void> {
  const model = new Model();
  let store = first;
  const told: PolicyRevision[] = [];
  let stop = () => {};
  function watch(): void {
    stop();
    const listener: Parameters<PolicyStore['watch']>[0] = event => {
      expect(event.kind).toBe('changed');
      if (event.kind === 'changed') told.push(event.change);
    };
    stop = store.watch(listener, { afterRevision: told.at(-1)?.revision ?? 0 });
  }
  watch();
  for (const step of program) {
    switch (step.kind) {
      case 'put': {
        const policy = asPolicy(step.text);
        const expected = model.expected(step.key, step.expectation);
        const result = await store.put(step.key, policy, expected);
        expect(result).toEqual(model.write(step.key, policy, expected, result));
        break;
      }
      case 'delete': {
        const expected = model.expected(step.key, step.expectation);
        const result = await store.delete(step.key, expected);
        expect(result).toEqual(model.write(step.key, undefined, expected, result));
        break;
      }
      case 'list': {
        const { dialect, after, limit } = step;
        const options = {
          limit,
          ...(dialect === undefined ? {} : { dialect }),
          ...(after === undefined ? {} : { after }),
        };
        const matching = model
          .list()
          .filter(stored => dialect === undefined || stored.key.dialect === dialect)
          .filter(stored => after === undefined || compareKeys(stored.key, after) > 0);
        expect(store.list(options)).toEqual(matching.slice(0, limit));
        break;
      }
      case 'reopen':
        store = await reopen();
        watch();
        break;
      default:
        step satisfies never;
    }
    expect(store.revision()).toBe(model.revision());
    for (const of of KEYS) expect(store.get(of)).toEqual(model.current(of));
  }
  for (const of of KEYS) expect(store.history(of)).toEqual(model.history(of).slice(0, HISTORY_LIMIT));
  expect(store.list()).toEqual(model.list());
  await vi.waitFor(() => expect(told).toEqual(model.changes), { timeout: 3_000, interval: 5 });
}

function asPolicy(text: string): Policy {
  return {
    rules: [{ allowedOrigins: [text], allowedMethods: [], allowedHeaders: [text], exposeHeaders: [] }],
  };
}

function same(a: TenantKey, b: TenantKey): boolean {
  return a.dialect === b.dialect && a.tenant === b.tenant;
}

function compareKeys(a: TenantKey, b: TenantKey): number {
  return (
    Buffer.compare(Buffer.from(a.dialect), Buffer.from(b.dialect)) ||
    Buffer.compare(Buffer.from(a.tenant), Buffer.from(b.tenant))
  );
}
