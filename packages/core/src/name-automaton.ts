import { type AffixTree, listAffixes } from './affix-tree.ts';
import { COMMA } from './field-name.ts';
import type { PatternIndex } from './pattern-index.ts';
import { emptyRuleSet, intersection, isEmpty, isWithin, type RuleSet, union } from './rule-set.ts';

/**
 * An index of header names as an automaton: it follows a list character by character, and is in a state that has the
 * rules which allow the name. For long lists, which are made to cost: each character is looked at once, and nothing is
 * made of the names.
 */
export interface NameAutomaton {
  /** The next state, by the state and the class of a character. */
  readonly next: Uint16Array;
  /** By state. */
  readonly rules: readonly RuleSet[];
}

/** Room for the classes of characters. */
const CLASS_BITS = 6;
const OTHER = 0;
const BLANK = 63;

/** Those that a name can have (`tchar` of RFC 9110, section 5.6.2) have a class each, a letter of either case one. */
const CLASSES: Uint8Array = new Uint8Array(128).fill(OTHER);
const NAME_CHARACTERS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";
for (let i = 0; i < NAME_CHARACTERS.length; i++) {
  CLASSES[NAME_CHARACTERS.charCodeAt(i)] = i + 1;
  CLASSES[NAME_CHARACTERS.charAt(i).toUpperCase().charCodeAt(0)] = i + 1;
}
CLASSES[0x20] = BLANK;
CLASSES[0x09] = BLANK;

/** What is no name leads there, and nothing leads away. */
const INVALID = 0;
/** Before the first character of a name. */
const START = 1;

/** A table of 256 KiB. Larger policies are asked name by name. */
const STATES_LIMIT = 2048;

/** Undefined when there would be too many states, and where a `*` stands before something. */
export function buildNameAutomaton(index: PatternIndex): NameAutomaton | undefined {
  const prefixes = index.wildcards ? prefixesOf(index.wildcards) : [];
  if (!prefixes) return undefined;
  const rows: number[][] = [newRow(), newRow()];
  const named = new Map<number, RuleSet>();
  const covering = new Map<number, RuleSet>();
  for (const [text, set] of index.exact) {
    named.set(insert(rows, text), set);
    if (rows.length > STATES_LIMIT) return undefined;
  }
  for (const [prefix, set] of prefixes) {
    covering.set(insert(rows, prefix), set);
    if (rows.length > STATES_LIMIT) return undefined;
  }
  const rules = complete(rows, index.any, named, covering);
  if (rows.length > STATES_LIMIT) return undefined;
  const next = new Uint16Array(rows.length << CLASS_BITS);
  rows.forEach((row, state) => {
    next.set(row, state << CLASS_BITS);
  });
  return { next, rules };
}

/** The wildcards by what stands before their `*`; undefined when something stands behind one. */
function prefixesOf(
  wildcards: AffixTree<AffixTree<RuleSet>>,
): readonly (readonly [prefix: string, rules: RuleSet])[] | undefined {
  const [first, ...others] = listAffixes(wildcards);
  return first?.[0] === '' && others.length === 0 ? listAffixes(first[1]) : undefined;
}

function newRow(): number[] {
  return new Array<number>(1 << CLASS_BITS).fill(INVALID);
}

/** The state that a text leads to. */
function insert(rows: number[][], text: string): number {
  let state = START;
  for (let i = 0; i < text.length; i++) {
    const row = rows[state] ?? [];
    const kind = CLASSES[text.charCodeAt(i)] ?? OTHER;
    const known = row[kind] ?? INVALID;
    if (known === INVALID) row[kind] = rows.push(newRow()) - 1;
    state = row[kind] ?? INVALID;
  }
  return state;
}

/** Leads every other name to a state that has the rules of any name and of the prefixes that it has; the rules by state. */
function complete(
  rows: number[][],
  any: RuleSet,
  named: ReadonlyMap<number, RuleSet>,
  covering: ReadonlyMap<number, RuleSet>,
): readonly RuleSet[] {
  const rules: RuleSet[] = [any.map(() => 0), any];
  const others = new Map<RuleSet, number>();
  const ends = new Map<RuleSet, number>();

  function add(known: Map<RuleSet, number>, set: RuleSet): number {
    const state = known.get(set) ?? rows.push(newRow()) - 1;
    known.set(set, state);
    rules[state] = set;
    return state;
  }
  /** After a name: blanks, and nothing else. */
  function endOf(set: RuleSet): number {
    const state = add(ends, set);
    (rows[state] ?? [])[BLANK] = state;
    return state;
  }
  /** Any other name. */
  function otherOf(set: RuleSet): number {
    const state = add(others, set);
    const row = rows[state] ?? [];
    row.fill(state, 1, NAME_CHARACTERS.length + 1);
    row[BLANK] = endOf(set);
    return state;
  }

  const open: (readonly [state: number, covered: RuleSet])[] = [[START, any]];
  for (const [state, inherited] of open) {
    const own = covering.get(state);
    const covered = own ? union(inherited, own) : inherited;
    const row = rows[state] ?? [];
    for (let kind = 1; kind <= NAME_CHARACTERS.length; kind++) {
      const child = row[kind] ?? INVALID;
      if (child === INVALID) row[kind] = otherOf(covered);
      else open.push([child, covered]);
    }
    if (state === START) {
      row[BLANK] = START;
      continue;
    }
    const set = named.get(state) ?? covered;
    rules[state] = set;
    row[BLANK] = endOf(set);
  }
  return rules;
}

/** The rules that allow every name of a list; undefined when there is no name. */
export function followNames({ next, rules }: NameAutomaton, list: string): RuleSet | undefined {
  const { length } = list;
  let found: RuleSet | undefined;
  let last = START;
  for (let i = 0; i < length; i++) {
    let state = START;
    for (; i < length; i++) {
      const code = list.charCodeAt(i);
      if (code === COMMA) break;
      state = next[(state << CLASS_BITS) | (CLASSES[code] ?? OTHER)] ?? INVALID;
    }
    if (state === START || state === last) continue;
    const allowing = rules[state] ?? emptyRuleSet(0);
    if (!found || !isWithin(found, allowing)) {
      found = found ? intersection(found, allowing) : allowing;
      if (isEmpty(found)) return found;
    }
    last = state;
  }
  return found;
}
