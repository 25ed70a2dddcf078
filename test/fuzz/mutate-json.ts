import type { Random } from './random.ts';

type Holder = Record<string, unknown> | unknown[];

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  '',
  [],
  {},
  'a',
  '*',
  ['*'],
  { a: 1 },
];
/** Longer documents would take most of the time. */
const LONGEST = 16_384;

/**
 * A JSON document with values taken out, doubled, exchanged, or replaced by others, of the document or another one;
 * undefined for what is no JSON.
 */
export function mutateJson(
  input: string,
  random: Random,
  word: () => string,
  other: () => string,
): string | undefined {
  if (input.length > LONGEST || !/^\s*[[{]/.test(input)) return undefined;
  // Some targets have more than one document, or something behind it.
  const [head = '', ...rest] = input.split(/(?=\n-{3,}\n)/);
  const value = parse(head);
  if (value === undefined) return undefined;
  const places = holdersOf(value);
  const times = 1 + random.below(4);
  for (let i = 0; i < times && places.length > 0; i++) change(random.of(places), random, word, other, places);
  return [JSON.stringify(value), ...rest].join('');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function holdersOf(value: unknown): Holder[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Holder;
  return [holder, ...Object.values(holder).flatMap(holdersOf)];
}

function change(
  holder: Holder,
  random: Random,
  word: () => string,
  other: () => string,
  places: readonly Holder[],
): void {
  const keys = Object.keys(holder);
  const put = (value: unknown): void => {
    if (Array.isArray(holder)) {
      if (keys.length > 0 && random.oneIn(2)) holder[random.below(keys.length)] = value;
      else holder.splice(random.below(keys.length + 1), 0, value);
    } else {
      const name = keys.length > 0 && !random.oneIn(6) ? random.of(keys) : word();
      Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
    }
  };
  switch (random.below(6)) {
    case 0:
      if (keys.length === 0) return;
      if (Array.isArray(holder)) holder.splice(random.below(keys.length), 1);
      else delete holder[random.of(keys)];
      return;
    case 1:
      put(word());
      return;
    case 2:
      if (keys.length > 0)
        put(changeText((holder as Record<string, unknown>)[random.of(keys)], random, word));
      return;
    case 3:
      put(structuredClone(random.of(places)));
      return;
    case 4: {
      const [head = ''] = other().split(/\n-{3,}\n/);
      const from = holdersOf(parse(head.slice(0, LONGEST)));
      if (from.length > 0) put(structuredClone(random.of(from)));
      return;
    }
    default:
      put(structuredClone(random.of(VALUES)));
  }
}

function changeText(value: unknown, random: Random, word: () => string): unknown {
  if (typeof value === 'number') return value + random.below(5) - 2;
  if (typeof value !== 'string') return value;
  const at = random.below(value.length + 1);
  switch (random.below(5)) {
    case 0:
      return value.slice(0, at) + word() + value.slice(at);
    case 1:
      return value.slice(0, at) + value.slice(at + 1 + random.below(3));
    case 2:
      return `${value.slice(0, at)}*${value.slice(at + random.below(3))}`;
    case 3:
      return value.repeat(2 + random.below(20)).slice(0, 2000);
    default:
      return random.oneIn(2) ? value.toUpperCase() : `${value}${String.fromCharCode(random.below(256))}`;
  }
}
