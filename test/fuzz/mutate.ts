import { mutateElements } from './mutate-elements.ts';
import { mutateJson } from './mutate-json.ts';
import type { Random } from './random.ts';

/** Inputs are texts of one character a byte, so that all of them can be written down as bytes. */
export interface Mutator {
  /** A changed input, of no more than the limit. */
  readonly mutate: (input: string) => string;
}

export interface MutatorParts {
  readonly random: Random;
  /** What input is made of, one character a byte; what is added later counts. */
  readonly words: readonly string[];
  /** Another input, to take parts of. */
  readonly other: () => string;
  readonly limitBytes: number;
}

/** Text as it is in an input. */
export function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1',
  '255',
  '256',
  '65536',
  '2147483647',
  '2147483648',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '1e309',
  '-1e309',
  '1e-400',
  '0x10',
  '00',
  '1.5',
  'NaN',
  'Infinity',
  '99999999999999999999999999',
];

/** Where text is not what it seems: joiners, marks of order, halves of pairs, what changes length in another case. */
const CHARACTERS = [
  '\u0000',
  '\u0085',
  '\u00a0',
  '\u00ad',
  '\u0130',
  '\u0131',
  '\u017f',
  '\u212a',
  '\u200b',
  '\u200d',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ufffd',
  '\uffff',
  '\u{1f600}',
  'e\u0301',
  '\u1e9e',
  'ß',
]
  .map(asBytes)
  .concat('\xed\xa0\x80', '\xff', '\xc0\x80', '\xf4\x90\x80\x80', '\r', '\n', '\r\n', '\t', '\x7f', '\x1b');

const PAIRS = ['()', '[]', '{}', '<>', '""', "''", ',,', '  '].map(
  pair => [pair[0] ?? '', pair[1] ?? ''] as const,
);

const TOKENS = /[\w.-]+|\s+|[^\w\s]/g;

const TREES = [mutateJson, mutateElements];

const MOST_CHANGES = 6;

export function newMutator({ random, words, other, limitBytes }: MutatorParts): Mutator {
  const word = (): string => {
    if (words.length === 0 || random.oneIn(8)) return random.of(NUMBERS);
    return random.oneIn(8) ? random.of(CHARACTERS) : random.of(words);
  };

  /** A place, and one behind it, near by as a rule. */
  function slice(input: string): readonly [start: number, end: number] {
    const start = random.below(input.length + 1);
    const longest = random.oneIn(4) ? input.length - start : Math.min(input.length - start, 24);
    return [start, start + random.below(longest + 1)];
  }
  const replace = (input: string, start: number, end: number, by: string): string =>
    input.slice(0, start) + by + input.slice(end);

  const changes: readonly ((input: string) => string)[] = [
    input => {
      const [start] = slice(input);
      return replace(input, start, start, word());
    },
    input => {
      const [start, end] = slice(input);
      return replace(input, start, end, word());
    },
    input => {
      const [start, end] = slice(input);
      return replace(input, start, end, '');
    },
    input => {
      const [start, end] = slice(input);
      const times = random.oneIn(10) ? random.below(300) : 1 + random.below(4);
      return replace(input, start, start, input.slice(start, end).repeat(times));
    },
    input => {
      const at = random.below(input.length + 1);
      return replace(input, at, at + random.below(2), String.fromCharCode(random.below(256)));
    },
    input => {
      const at = random.below(input.length + 1);
      const code = (input.charCodeAt(at) || 0) ^ (1 << random.below(8));
      return replace(input, at, at + 1, String.fromCharCode(code & 0xff));
    },
    // Tokens: one in place of another, two exchanged, one twice.
    input => changeTokens(input),
    input => changeTokens(input),
    input => changeLines(input),
    // Parts of two inputs.
    input => {
      const from = other();
      const [start, end] = slice(input);
      const [otherStart, otherEnd] = slice(from);
      return replace(input, start, end, from.slice(otherStart, otherEnd));
    },
    input =>
      input.slice(0, random.below(input.length + 1)) +
      ((from: string) => from.slice(random.below(from.length + 1)))(other()),
    // A number that is there, another one.
    input => {
      const numbers = [...input.matchAll(/\d+/g)];
      if (numbers.length === 0) return input;
      const found = random.of(numbers);
      const near = String(BigInt(found[0].slice(0, 30)) + BigInt(random.below(5)) - 2n);
      return replace(
        input,
        found.index,
        found.index + found[0].length,
        random.oneIn(2) ? near : random.of(NUMBERS),
      );
    },
    input => {
      const [start, end] = slice(input);
      const part = input.slice(start, end);
      return replace(input, start, end, random.oneIn(2) ? part.toUpperCase() : part.toLowerCase());
    },
    input => {
      const [start, end] = slice(input);
      const [before, after] = random.of(PAIRS);
      return replace(input, start, end, before + input.slice(start, end) + after);
    },
    // Percent-encoding, which many texts here are read through.
    input => {
      const [start, end] = slice(input);
      const part = [...input.slice(start, end).slice(0, 40)];
      const encoded = part.map(each => `%${(each.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`);
      return replace(input, start, end, encoded.join(''));
    },
  ];

  function changeTokens(input: string): string {
    const tokens = input.slice(0, 4096).match(TOKENS) ?? [];
    const rest = input.slice(4096);
    if (tokens.length === 0) return input;
    const at = random.below(tokens.length);
    const with_ = random.below(tokens.length);
    const changed = [...tokens];
    const [one = '', two = ''] = [tokens[at], tokens[with_]];
    switch (random.below(4)) {
      case 0:
        changed[at] = word();
        break;
      case 1:
        changed[at] = two;
        changed[with_] = one;
        break;
      case 2:
        changed.splice(at, 0, two);
        break;
      default:
        changed.splice(at, 1 + random.below(3));
    }
    return changed.join('') + rest;
  }

  function changeLines(input: string): string {
    const lines = input.split('\n');
    const at = random.below(lines.length);
    const [line] = random.oneIn(3) ? [random.of(other().split('\n'))] : lines.slice(at, at + 1);
    if (random.oneIn(3)) lines.splice(at, 1);
    else lines.splice(random.below(lines.length + 1), 0, line ?? '');
    return lines.join('\n');
  }

  /** As long as it may be, of a part that comes again and again: what takes more than linear time is slow then. */
  function inflate(input: string): string {
    const [start, end] = slice(input);
    const part = input.slice(start, end) || word();
    const room = Math.max(0, limitBytes - input.length);
    const times = Math.floor(random.below(room + 1) / part.length);
    return replace(input, start, start, part.repeat(times));
  }

  return {
    mutate: input => {
      let changed = input;
      const mutateTree = random.of(TREES);
      if (random.oneIn(2)) changed = mutateTree(changed, random, word, other) ?? changed;
      if (changed === input || random.oneIn(2)) {
        const times = random.oneIn(2) ? 1 : 1 + random.below(MOST_CHANGES);
        for (let i = 0; i < times; i++) changed = random.of(changes)(changed);
      }
      if (random.oneIn(400)) changed = inflate(changed);
      return changed.slice(0, limitBytes);
    },
  };
}
