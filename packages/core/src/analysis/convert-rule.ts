import type { PolicyPath } from '../diagnostic.ts';
import { listElements } from '../field-name.ts';
import { parseHeaderPattern } from '../header-pattern.ts';
import type { Rule } from '../policy.ts';
import type { Profile } from '../profile.ts';
import { isWithin, type RuleSet } from '../rule-set.ts';
import {
  allowedNames,
  type Conversion,
  convertExposed,
  convertHeaders,
  convertMaxAge,
  convertMethods,
  convertOrigins,
} from './convert-entries.ts';
import { nameSets } from './name-sets.ts';
import { findOrigin, originSet } from './origin-space.ts';

/**
 * The rule in the words of the other service; several where parts of it are to allow different headers, none when
 * nothing of it can be said. `uncovered` are earlier rules that decide for some of its requests in the first service
 * and not in the second: for their origins and methods the rule must allow no more headers than they do.
 */
export function convertRule(
  rule: Rule,
  path: PolicyPath,
  uncovered: readonly Rule[],
  conversion: Conversion,
): readonly Rule[] {
  const { from, to, inexpressible, losses } = conversion;
  const list = [...path, 'allowedHeaders'];
  const origins = convertOrigins(rule, path, conversion);
  const methods = convertMethods(rule, path, conversion);
  const names = allowedNames(rule, from);
  const fixed =
    to.answers.allowHeaders.kind === 'fixed' ? listElements(to.answers.allowHeaders.value) : undefined;
  const headers = fixed ?? convertHeaders(names, list, conversion);
  const within = (part: readonly string[], whole: readonly string[]) => namesWithin(part, whole, conversion);
  if (fixed && !within(names, fixed)) losses.push({ path: list, code: 'headers-fixed' });
  const widens = fixed !== undefined && !within(fixed, names);
  if (widens) losses.push({ path: list, code: 'headers-would-widen' });

  const cells: Cell[] = [];
  let restricted = false;
  for (const origin of widens && inexpressible === 'leave-out' ? [] : origins) {
    for (const method of methods) {
      const earlier = uncovered.filter(other => meets(origin, method, other, conversion));
      const left = headers.filter(name => earlier.every(other => within([name], allowedNames(other, from))));
      restricted ||= left.length < headers.length;
      if (!fixed) cells.push({ origin, method, headers: left });
      else if (left.length === headers.length || inexpressible === 'widen')
        cells.push({ origin, method, headers: [] });
    }
  }
  if (restricted) losses.push({ path: list, code: 'headers-restricted' });
  const kept = rulesOfCells(cells);
  if (kept.length === 0) {
    losses.push({ path, code: 'rule-left-out' });
    return [];
  }
  const maxAgeSeconds = convertMaxAge(rule, path, conversion);
  const exposeHeaders = convertExposed(rule, path, conversion);
  if (rule.id !== undefined && !to.fields.includes('id')) {
    losses.push({ path: [...path, 'id'], code: 'field-not-supported', value: rule.id });
  }
  return kept.map((part, at) => ({
    ...(at === 0 && rule.id !== undefined && to.fields.includes('id') && { id: rule.id }),
    ...part,
    exposeHeaders,
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  }));
}

/** Whether the converted origin and method can be those of a request that the earlier rule decided. */
function meets(origin: string, method: string, earlier: Rule, { from, to, budget }: Conversion): boolean {
  const any = from.methods.any && earlier.allowedMethods.includes('*');
  if (!any && method !== '*' && !earlier.allowedMethods.includes(method)) return false;
  const sets = [originSet([origin], to.origins), originSet(earlier.allowedOrigins, from.origins)];
  return findOrigin(sets, ([inOne, inOther]) => inOne === true && inOther === true, budget)?.browser === true;
}

/** Whether each name that the first entries stand for is one that the second stand for. */
export function namesWithin(
  part: readonly string[],
  whole: readonly string[],
  { from, to, budget }: Conversion,
): boolean {
  const read = (names: readonly string[], { headers }: Profile) =>
    names.flatMap(name => {
      const pattern = parseHeaderPattern(name, headers);
      return pattern.kind === 'invalid' ? [] : [pattern];
    });
  const [a, b]: readonly RuleSet[] = nameSets(
    [[...read(part, from), ...read(part, to)], read(whole, from)],
    budget,
  ).sets;
  return a !== undefined && b !== undefined && isWithin(a, b);
}

/** An origin and a method with the headers that the two are to allow. */
interface Cell {
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly string[];
}

/** Rules that say the same as the cells: of origins with the same headers for each method, by headers. */
function rulesOfCells(
  cells: readonly Cell[],
): readonly Pick<Rule, 'allowedOrigins' | 'allowedMethods' | 'allowedHeaders'>[] {
  const byOrigin = groups(cells, ({ origin }) => origin);
  const alike = groups(byOrigin, each =>
    each.map(({ method, headers }) => `${method} ${headers}`).join('\n'),
  );
  return alike.flatMap(origins =>
    groups(origins[0] ?? [], ({ headers }) => headers.join()).map(methods => ({
      allowedOrigins: origins.flatMap(each => each.slice(0, 1)).map(({ origin }) => origin),
      allowedMethods: methods.map(({ method }) => method),
      allowedHeaders: methods[0]?.headers ?? [],
    })),
  );
}

function groups<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly (readonly Item[])[] {
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const group = found.get(keyOf(item));
    if (group) group.push(item);
    else found.set(keyOf(item), [item]);
  }
  return [...found.values()];
}
