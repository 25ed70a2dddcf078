import { holds, type Target } from '../target.ts';
import { countDistinct, isWord, lengthOf, readList, readPlan, skipNumbers, writeList } from './planted.ts';

const text = (input: Uint8Array): string => Buffer.from(input).toString('latin1');

/** What the fuzzer has to find: it is tried on these by its own test. */
export const PLANTED_TARGETS: readonly Target[] = [
  {
    name: 'planted-exception',
    seeds: () => ['x'],
    limitBytes: 4_096,
    run: input => void readPlan(text(input)),
  },
  {
    name: 'planted-quadratic',
    seeds: () => ['a, b'],
    limitBytes: 65_536,
    run: input => void countDistinct(text(input)),
  },
  { name: 'planted-leak', seeds: () => ['a'], limitBytes: 4_096, run: input => void lengthOf(text(input)) },
  {
    name: 'planted-round-trip',
    seeds: () => ['a=1;b=2'],
    limitBytes: 4_096,
    run: input => holds(writeList(readList(text(input))) === text(input), 'what is read is written again'),
  },
  {
    name: 'planted-endless',
    seeds: () => ['#1 #2'],
    limitBytes: 4_096,
    run: input => void skipNumbers(text(input)),
  },
  {
    name: 'planted-backtracking',
    seeds: () => ['word:planted'],
    limitBytes: 4_096,
    run: input => void isWord(text(input)),
  },
];
