import { insist } from '../harness/refusal.ts';
import type { Answered, Asked, Side } from './allowed.ts';
import type { Match } from './grid.ts';

/** Lists, whose order and blanks are no matter. */
const LISTS = [
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
] as const;
const TEXTS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-max-age',
] as const;

/**
 * Whether every side lets in the same requests, by the same lists. To strangers, all say that they are not let in by
 * leaving out the origin; what else they say then is no matter.
 *
 * @throws Refusal
 */
export async function checkSides(
  name: string,
  match: Match,
  asked: readonly Asked[],
  sides: readonly Side[],
): Promise<void> {
  for (const { origin } of asked) {
    let first: Answered | undefined;
    for (const side of sides) {
      const answered = side.read(await side.call());
      const allowed = answered.get('access-control-allow-origin');
      const expected = match === 'miss' ? undefined : origin;
      insist(
        allowed === expected,
        () => `${name}: ${side.name} answers ${short(origin)} with the origin \`${short(allowed)}\``,
      );
      if (match === 'miss') continue;
      first ??= answered;
      const differing = difference(first, answered);
      insist(
        differing === undefined,
        () => `${name}: ${side.name} has another ${differing} than ${sides[0]?.name}`,
      );
    }
  }
}

function difference(a: Answered, b: Answered): string | undefined {
  return (
    TEXTS.find(header => a.get(header) !== b.get(header)) ??
    LISTS.find(header => elements(a.get(header)) !== elements(b.get(header)))
  );
}

function elements(list = ''): string {
  const names = list.split(',').map(element => element.trim().toLowerCase());
  return [...new Set(names)].sort().join();
}

function short(text = ''): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
