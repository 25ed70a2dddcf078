import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.ts';
import { checkRegister } from './check-register.ts';
import type { History, LogEntry, Property, Read, State, Write, WriteOutcome } from './history.ts';

const TENANT = 'cos/a';

function put(number: number, began: number, ended: number, rest: Partial<Write> = {}): Write {
  const outcome: WriteOutcome = { kind: 'written', revision: number * 10 };
  return {
    number,
    tenant: TENANT,
    gateway: 0,
    action: 'put',
    through: 'admin',
    began,
    ended,
    outcome,
    ...rest,
  };
}

function read(seen: Read['seen'], began: number, ended: number, rest: Partial<Read> = {}): Read {
  return { tenant: TENANT, gateway: 0, through: 'preflight', seen, began, ended, ...rest };
}

/** Write 1 has revision 10, and so on. */
function logOf(...states: readonly State[]): LogEntry[] {
  let revision = 0;
  return states.map((state, index) => {
    revision = state === 'absent' ? revision + 5 : state * 10;
    return { tenant: TENANT, sequence: index + 1, revision, state };
  });
}

const UNKNOWN: Partial<Write> = { outcome: { kind: 'unknown' } };
const REFUSED: Partial<Write> = { outcome: { kind: 'refused', status: 403 } };
const EMPTY: History = { writes: [], reads: [], log: [], recoveries: [], deaths: [] };

function found(history: Partial<History>): readonly Property[] {
  return checkHistory({ ...EMPTY, ...history }).violations.map(({ property }) => property);
}

describe('checkHistory', () => {
  const good: readonly ({ name: string } & Partial<History>)[] = [
    {
      name: 'writes one after the other, read in between',
      writes: [put(1, 0, 1), put(2, 4, 5)],
      reads: [read(1, 2, 3), read(2, 6, 7)],
      log: logOf(1, 2),
    },
    {
      name: 'a gateway that is behind another',
      writes: [put(1, 0, 1), put(2, 2, 3)],
      reads: [read(2, 4, 5), read(1, 6, 7, { gateway: 1 })],
      log: logOf(1, 2),
    },
    {
      name: 'reads that overlap, in any order',
      writes: [put(1, 0, 1), put(2, 2, 9)],
      reads: [read(2, 3, 8), read(1, 4, 9)],
      log: logOf(1, 2),
    },
    {
      name: 'an unknown write that happened, and one that did not',
      writes: [put(1, 0, 1), put(2, 2, 3, UNKNOWN), put(3, 2, 3, UNKNOWN)],
      reads: [read(1, 4, 5), read(2, 10, 11)],
      log: logOf(1, 2),
    },
    {
      name: 'nothing before the first write and after a deletion',
      writes: [put(1, 2, 3), put(2, 4, 5, { action: 'delete', outcome: { kind: 'written', revision: 15 } })],
      reads: [read('absent', 0, 1), read('absent', 6, 7), read('absent', 8, 9)],
      log: logOf(1, 'absent'),
    },
    {
      name: 'a log that has lost its oldest',
      writes: [put(1, 0, 1), put(2, 2, 3), put(3, 4, 5)],
      reads: [read(1, 1, 2), read(3, 6, 7)],
      log: logOf(1, 2, 3).slice(1),
    },
    { name: 'a recovery in time', recoveries: [{ fault: 'pause', gateway: 0, milliseconds: 1_999 }] },
  ];
  it.each(good)('finds nothing in $name', history => {
    expect(found(history)).toEqual([]);
  });

  const bad: readonly ({ name: string; property: Property } & Partial<History>)[] = [
    {
      name: 'an acknowledged write that is not in the log',
      property: 'acknowledged-write-lost',
      writes: [put(1, 0, 1), put(2, 2, 3)],
      log: logOf(1),
    },
    {
      name: 'one that is there under another revision',
      property: 'acknowledged-write-lost',
      writes: [put(1, 0, 1, { outcome: { kind: 'written', revision: 11 } })],
      log: logOf(1),
    },
    {
      name: 'a write that a service acknowledged, without a revision',
      property: 'acknowledged-write-lost',
      writes: [put(1, 0, 1, { through: 'service', outcome: { kind: 'written' } })],
    },
    {
      name: 'a deletion that is not in the log',
      property: 'acknowledged-write-lost',
      writes: [put(1, 0, 1), put(2, 2, 3, { action: 'delete', outcome: { kind: 'written', revision: 15 } })],
      log: logOf(1),
    },
    {
      name: 'an answer with parts of two policies',
      property: 'torn-policy',
      reads: [read({ torn: 'rules of 1 and 2' }, 0, 1)],
    },
    { name: 'a policy that nobody wrote', property: 'invented-policy', reads: [read(7, 0, 1)] },
    {
      name: 'a policy that was refused',
      property: 'invented-policy',
      writes: [put(1, 0, 1, REFUSED)],
      reads: [read(1, 2, 3)],
    },
    {
      name: 'a policy of the future',
      property: 'invented-policy',
      writes: [put(1, 4, 5)],
      reads: [read(1, 2, 3)],
      log: logOf(1),
    },
    {
      name: 'a refused write in the log',
      property: 'invented-policy',
      writes: [put(1, 0, 1, REFUSED)],
      log: logOf(1),
    },
    {
      name: 'a gateway that goes back',
      property: 'went-back',
      writes: [put(1, 0, 1), put(2, 0, 1, UNKNOWN)],
      reads: [read(2, 2, 3), read(1, 4, 5)],
      log: logOf(1, 2),
    },
    {
      name: 'a gateway that goes back to nothing',
      property: 'went-back',
      writes: [put(1, 0, 1, { gateway: 1 })],
      reads: [read(1, 2, 3), read('absent', 4, 5)],
      log: logOf(1),
    },
    {
      name: 'a gateway that goes back to before a deletion',
      property: 'went-back',
      writes: [
        put(1, 0, 1),
        put(2, 2, 3, { gateway: 1, action: 'delete', outcome: { kind: 'written', revision: 15 } }),
      ],
      reads: [read(1, 2, 3), read('absent', 4, 5), read(1, 6, 7)],
      log: logOf(1, 'absent'),
    },
    {
      name: 'a policy under the revision of another',
      property: 'torn-policy',
      writes: [put(1, 0, 1)],
      reads: [read(1, 2, 3, { revision: 10 }), read(1, 4, 5, { revision: 11 })],
      log: logOf(1),
    },
    {
      name: 'a gateway that does not show what it acknowledged',
      property: 'own-write-not-read',
      writes: [put(1, 0, 1), put(2, 2, 3)],
      reads: [read(1, 4, 5)],
      log: logOf(1, 2),
    },
    {
      name: 'a gateway that does not show what it has named in a refusal',
      property: 'own-write-not-read',
      writes: [
        put(1, 0, 1),
        put(2, 2, 3, { gateway: 1 }),
        put(3, 4, 5, { expected: 1, outcome: { kind: 'conflict', current: 2 } }),
      ],
      reads: [read(1, 6, 7)],
      log: logOf(1, 2),
    },
    {
      name: 'a write that is twice in the log',
      property: 'happened-twice',
      writes: [put(1, 0, 1, UNKNOWN)],
      log: [...logOf(1), { tenant: TENANT, sequence: 2, revision: 12, state: 1 }],
    },
    {
      name: 'more deletions than were asked for',
      property: 'happened-twice',
      writes: [put(1, 0, 1), put(2, 2, 3, { action: 'delete', outcome: { kind: 'written', revision: 15 } })],
      log: logOf(1, 'absent', 'absent'),
    },
    {
      name: 'two conditional writes over the same state',
      property: 'not-linearizable',
      writes: [put(1, 0, 1), put(2, 2, 3, { expected: 1 }), put(3, 2, 3, { expected: 1 })],
      log: logOf(1, 2, 3),
    },
    {
      name: 'a gateway that came back late',
      property: 'late-recovery',
      recoveries: [{ fault: 'pause', gateway: 0, milliseconds: 2_001 }],
    },
    {
      name: 'a gateway that does not know what to say',
      property: 'internal-error',
      writes: [put(1, 0, 1, { outcome: { kind: 'unknown', status: 500 } })],
    },
    { name: 'a gateway that ended', property: 'gateway-died', deaths: [{ gateway: 0, how: 'code 1' }] },
  ];
  it.each(bad)('finds $property in $name', ({ name: _, property, ...history }) => {
    expect(found(history)).toEqual([property]);
  });
});

describe('checkRegister', () => {
  const conflict = (current: State): Partial<Write> => ({ outcome: { kind: 'conflict', current } });

  const cases: readonly { name: string; writes: readonly Write[]; is: ReturnType<typeof checkRegister> }[] = [
    { name: 'nothing', writes: [], is: 'linearizable' },
    {
      name: 'a condition on what a write that overlaps has put',
      writes: [put(1, 0, 10), put(2, 1, 9, { expected: 1 })],
      is: 'linearizable',
    },
    {
      name: 'a condition on what was overwritten before',
      writes: [put(1, 0, 1), put(2, 2, 3), put(3, 4, 5, { expected: 1 })],
      is: 'not-linearizable',
    },
    {
      name: 'two who were both first',
      writes: [put(1, 0, 5, { expected: 'absent' }), put(2, 0, 5, { expected: 'absent' })],
      is: 'not-linearizable',
    },
    {
      name: 'a refusal that names what was overwritten before',
      writes: [put(1, 0, 1), put(2, 2, 3), put(3, 4, 5, { expected: 'absent', ...conflict(1) })],
      is: 'not-linearizable',
    },
    {
      name: 'a refusal though the condition held',
      writes: [put(1, 0, 1), put(2, 2, 3, { expected: 1, ...conflict(1) })],
      is: 'not-linearizable',
    },
    {
      name: 'an unknown write that a later condition has seen',
      writes: [put(1, 0, 1, UNKNOWN), put(2, 5, 6, { expected: 1 })],
      is: 'linearizable',
    },
    {
      name: 'an unknown write that comes late',
      writes: [put(1, 0, 1, UNKNOWN), put(2, 2, 3, { expected: 'absent' }), put(3, 4, 5, { expected: 1 })],
      is: 'linearizable',
    },
    {
      name: 'an unknown write that would have had to come twice',
      writes: [
        put(1, 0, 1, UNKNOWN),
        put(2, 2, 3, { expected: 1 }),
        put(3, 4, 5),
        put(4, 6, 7, { expected: 1 }),
      ],
      is: 'not-linearizable',
    },
    {
      name: 'a deletion that found nothing where something was',
      writes: [put(1, 0, 1), put(2, 2, 3, { action: 'delete', outcome: { kind: 'absent' } })],
      is: 'not-linearizable',
    },
    {
      name: 'a deletion of what was not there',
      writes: [put(1, 0, 1, { action: 'delete' })],
      is: 'not-linearizable',
    },
    { name: 'what was refused', writes: [put(1, 0, 1, REFUSED)], is: 'linearizable' },
  ];
  it.each(cases)('takes $name for $is', ({ writes, is }) => {
    expect(checkRegister(writes)).toBe(is);
  });

  it('gives up after so many steps', () => {
    const writes = Array.from({ length: 12 }, (_, n) => put(n + 1, 0, 100));
    expect(checkRegister([...writes, put(99, 0, 100, { expected: 98 })], 100)).toBe('undecided');
  });

  it('takes what a register has answered, whatever overlaps', () => {
    const operation = fc.record({
      isDelete: fc.boolean(),
      expects: fc.constantFrom('nothing', 'current', 'other', 'absent'),
      before: fc.integer({ min: 0, max: 30 }),
      after: fc.integer({ min: 0, max: 30 }),
      isUnknown: fc.integer({ min: 0, max: 4 }).map(n => n === 0),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 25 }), operations => {
        let state: State = 'absent';
        const writes = operations.map(({ isDelete, expects, before, after, isUnknown }, index): Write => {
          const number = index + 1;
          const expected: State | undefined =
            expects === 'nothing'
              ? undefined
              : expects === 'current'
                ? state
                : expects === 'other'
                  ? 1_000
                  : 'absent';
          let outcome: WriteOutcome;
          if (expected !== undefined && expected !== state) outcome = { kind: 'conflict', current: state };
          else if (isDelete && state === 'absent') outcome = { kind: 'absent' };
          else {
            outcome = { kind: 'written' };
            state = isDelete ? 'absent' : number;
          }
          return {
            ...put(number, index * 10 - before, index * 10 + after),
            action: isDelete ? 'delete' : 'put',
            ...(expected !== undefined && { expected }),
            outcome: isUnknown ? { kind: 'unknown' } : outcome,
          };
        });
        expect(checkRegister(writes)).toBe('linearizable');
      }),
    );
  });
});
