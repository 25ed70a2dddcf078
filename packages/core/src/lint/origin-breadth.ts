import { originExtent } from '../origin-pattern.ts';
import { matchesPattern, type Pattern } from '../pattern.ts';
import type { OriginConventions } from '../profile.ts';
import { originFault } from './origin-fault.ts';
import { isSharedSuffix } from './shared-suffixes.ts';

/**
 * How far a pattern reaches beyond one host:
 * - `every`: pages of every host.
 * - `scheme`: also pages that came without encryption.
 * - `open-end`: hosts that begin as the pattern does, and end as somebody likes.
 * - `no-dot`: hosts whose last own label ends as the pattern does.
 * - `shared-suffix`: every name under a suffix where anybody can have one.
 * - `subdomains`: names under one domain.
 * - `ports`: other ports of one host.
 */
export type Reach = 'every' | 'scheme' | 'open-end' | 'no-dot' | 'shared-suffix' | 'subdomains' | 'ports';

export interface Breadth {
  readonly reach: Reach;
  /** An origin that a browser sends, and that the pattern matches. */
  readonly admitted: string;
}

/** Each way in which a pattern lets more than one host or port in, shown by an origin. */
export function originBreadth(pattern: Pattern, conventions: OriginConventions): readonly Breadth[] {
  switch (pattern.kind) {
    case 'exact':
      return [];
    case 'any':
      return [{ reach: 'every', admitted: 'https://stranger.example' }];
    case 'wildcard': {
      const extent = originExtent(conventions);
      const byReach = new Map<Reach, Breadth>();
      for (const breadth of suggestions(pattern)) {
        const { reach, admitted } = breadth;
        const isSent = originFault(admitted) === undefined && matchesPattern(pattern, admitted, extent);
        if (isSent && !byReach.has(reach)) byReach.set(reach, breadth);
      }
      return [...byReach.values()];
    }
    default:
      return pattern satisfies never;
  }
}

type Wildcard = Extract<Pattern, { kind: 'wildcard' }>;

/** What the place of the `*` suggests. A suggestion whose origin is not sent, or not matched, is none. */
function suggestions({ prefix, suffix }: Wildcard): readonly Breadth[] {
  const scheme = /^[^/]*:\/\//.exec(prefix)?.[0];
  if (scheme === undefined) return withoutScheme(suffix);
  const begun = prefix.slice(scheme.length);
  if (!/^(\[[^\]]*\]|[^:[]+):\d*$/.test(begun)) return hosts(scheme, begun, suffix);
  return ['8443', '8', '1', ''].map(digits => ({ reach: 'ports', admitted: prefix + digits + suffix }));
}

/** The `*` stands for the scheme, or a part of it, and for what stands between it and the suffix. */
function withoutScheme(suffix: string): readonly Breadth[] {
  const slash = suffix.lastIndexOf('/');
  if (slash !== -1) return [{ reach: 'scheme', admitted: `http://${suffix.slice(slash + 1)}` }];
  const found = [...hosts('https://', '', suffix), ...hosts('http://', '', suffix)];
  if (found.some(({ reach }) => reach === 'every')) return found;
  return [...found.map(({ admitted }) => ({ reach: 'scheme', admitted }) as const).filter(isPlain), ...found];
}

function isPlain({ admitted }: Breadth): boolean {
  return admitted.startsWith('http://');
}

/** The `*` stands in a host that begins with `begun`. */
function hosts(scheme: string, begun: string, suffix: string): readonly Breadth[] {
  const [, end = '', port = ''] = /^(.*?)((?::\d*)?)$/s.exec(suffix) ?? [];
  const start = `${scheme}${begun}`;
  if (end === '') {
    const dot = /[a-z0-9]$/i.test(begun) ? '.' : '';
    return [
      { reach: begun === '' ? 'every' : 'open-end', admitted: `${start}${dot}stranger.example${port}` },
    ];
  }
  const dot = end.indexOf('.');
  if (dot === -1) return [{ reach: 'no-dot', admitted: `${start}stranger.${end}${port}` }];
  const parent = end.slice(dot + 1);
  const admitted = `${start}stranger${end}${port}`;
  if (!isSharedSuffix(parent)) return [{ reach: 'subdomains', admitted }];
  return [{ reach: dot === 0 ? 'shared-suffix' : 'no-dot', admitted }];
}
