import type { Random } from './random.ts';

interface Part {
  readonly start: number;
  readonly end: number;
}

const LONGEST = 16_384;

/** An XML document with elements taken out, doubled, moved, or with other text; undefined for what has no elements. */
export function mutateElements(
  input: string,
  random: Random,
  word: () => string,
  other: () => string,
): string | undefined {
  if (input.length > LONGEST) return undefined;
  const elements = elementsOf(input);
  if (elements.length === 0) return undefined;
  const { start, end } = random.of(elements);
  const element = input.slice(start, end);
  switch (random.below(5)) {
    case 0:
      return input.slice(0, start) + input.slice(end);
    case 1:
      return (
        input.slice(0, end) + element.repeat(1 + random.below(random.oneIn(8) ? 120 : 3)) + input.slice(end)
      );
    case 2: {
      const to = random.of(elements).end;
      return input.slice(0, to) + element + input.slice(to);
    }
    case 3: {
      const from = other();
      const others = elementsOf(from.slice(0, LONGEST));
      if (others.length === 0) return undefined;
      const part = random.of(others);
      return (
        input.slice(0, start) + from.slice(part.start, part.end) + input.slice(random.oneIn(2) ? start : end)
      );
    }
    default: {
      const inner = input.indexOf('>', start) + 1;
      const close = input.indexOf('<', inner);
      return close === -1 ? undefined : input.slice(0, inner) + word() + input.slice(close);
    }
  }
}

/** Those that can be told by their tags alone. */
function elementsOf(input: string): Part[] {
  const open: { readonly name: string; readonly start: number }[] = [];
  const parts: Part[] = [];
  for (const { 0: tag, 1: slash, 2: name = '', index } of input.matchAll(
    /<(\/?)([A-Za-z][\w:.-]*)[^<>]*>/g,
  )) {
    if (slash === '/') {
      const from = open.findLastIndex(each => each.name === name);
      if (from === -1) continue;
      parts.push({ start: open[from]?.start ?? 0, end: index + tag.length });
      open.length = from;
    } else if (tag.endsWith('/>')) parts.push({ start: index, end: index + tag.length });
    else open.push({ name, start: index });
  }
  return parts;
}
