import { visitAffixes } from '../affix-tree.ts';
import { fitsBetween } from '../pattern.ts';
import { addRule, emptyRuleSet, type RuleSet, union } from '../rule-set.ts';
import type { SuffixNode, TextSpace } from './text-classes.ts';

/** A prefix that stands before a suffix, and the rules whose wildcards match a text that has both and more. */
export interface PrefixNode {
  readonly prefix: string;
  /** Whatever is between prefix and suffix. */
  readonly anything: RuleSet;
  /** Only when all of it is characters of a host. */
  readonly host: RuleSet;
}

/**
 * The prefixes of the wildcards whose suffix is `suffix` or an end of it, sorted, so that a prefix comes before those
 * that begin with it.
 */
export function prefixNodes(space: TextSpace, suffix: string): readonly PrefixNode[] {
  const own = new Map<string, PrefixNode>();
  visitAffixes(space.suffixes, suffix, node => {
    for (const wildcard of node.wildcards) addWildcard(space, own, suffix, node, wildcard);
  });
  const nodes: PrefixNode[] = [];
  const open: PrefixNode[] = [];
  for (const prefix of [...own.keys()].sort()) {
    const node = own.get(prefix);
    if (!node) continue;
    while (open.length > 0 && !prefix.startsWith(open.at(-1)?.prefix ?? '')) open.pop();
    const shorter = open.at(-1);
    const whole = shorter ? joined(shorter, node) : node;
    nodes.push(whole);
    open.push(whole);
  }
  return nodes;
}

function addWildcard(
  space: TextSpace,
  own: Map<string, PrefixNode>,
  suffix: string,
  { suffix: ownSuffix }: SuffixNode,
  { prefix, reading, rule }: SuffixNode['wildcards'][number],
): void {
  const node = own.get(prefix) ?? {
    prefix,
    anything: emptyRuleSet(space.words * 32),
    host: emptyRuleSet(space.words * 32),
  };
  own.set(prefix, node);
  const index = (space.offsets[reading] ?? 0) * 32 + rule;
  if (space.readings[reading]?.extent === 'anything') addRule(node.anything, index);
  else if (isHostText(suffix.slice(0, suffix.length - ownSuffix.length))) addRule(node.host, index);
}

/** What holds for the shorter prefix holds for the longer, where what the `*` must then stand for can be of a host. */
function joined(shorter: PrefixNode, node: PrefixNode): PrefixNode {
  const reachesOn = isHostText(node.prefix.slice(shorter.prefix.length));
  return {
    prefix: node.prefix,
    anything: union(shorter.anything, node.anything),
    host: reachesOn ? union(shorter.host, node.host) : node.host,
  };
}

/** Whether all characters are of a host; so they are where there is none. */
export function isHostText(text: string): boolean {
  return text === '' || fitsBetween(text, 0, 0, 'host');
}
