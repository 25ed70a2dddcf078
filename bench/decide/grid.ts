import type { CompiledPolicy } from '@crossgate/core';
import type { Asked } from './allowed.ts';
import { enginePolicy } from './engine.ts';
import { type PeerOrigins, peerOrigins } from './peers.ts';

export const RULES = [1, 10, 100] as const;
export const ORIGINS = [1, 10, 1000] as const;
export const MATCHES = ['exact', 'wildcard', 'miss'] as const;
export type Match = (typeof MATCHES)[number];

const HOSTILE_BYTES: number = 16 * 1024;

/** How many different origins the requests of one case have: spread evenly over the policy. */
const REQUESTS = 16;
/** Of those that are made to cost, for some peers need a second for each. */
const HOSTILE_REQUESTS = 4;

/** Every entry of a policy, and the requests that go with it. */
export interface GridPolicy {
  readonly match: Match;
  readonly ruleCount: number;
  readonly perRule: number;
  readonly engine: CompiledPolicy;
  readonly peers: PeerOrigins;
}

export function gridPolicy(match: Match, ruleCount: number, perRule: number): GridPolicy {
  const origins = Array.from({ length: ruleCount * perRule }, (_, n) => entry(match, n));
  return {
    match,
    ruleCount,
    perRule,
    engine: enginePolicy(origins, ruleCount),
    peers: peerOrigins(origins),
  };
}

function entry(match: Match, n: number): string {
  return match === 'wildcard' ? `https://*.tenant-${n}.example.com` : `https://app.tenant-${n}.example.com`;
}

export type Manner = 'plain' | 'hostile';

/** What is asked of a policy; nothing where there is no such request. */
export function gridRequests(
  { match, ruleCount, perRule }: GridPolicy,
  kind: Asked['kind'],
  manner: Manner,
): readonly Asked[] {
  const total = ruleCount * perRule;
  const count = Math.min(manner === 'plain' ? REQUESTS : HOSTILE_REQUESTS, total);
  // The origin of an actual request that is named outright is as long as it is.
  if (kind === 'actual' && manner === 'hostile' && match === 'exact') return [];
  return Array.from({ length: count }, (_, i) => {
    const n = Math.floor(((i + 0.5) * total) / count);
    const host = kind === 'actual' && manner === 'hostile' ? filled(() => 'a') : 'app';
    return {
      kind,
      origin:
        match === 'miss' ? `https://${host}.stranger-${n}.example.com` : entry(match, n).replace('*', host),
      headers: kind === 'actual' ? '' : manner === 'plain' ? 'content-md5,content-type' : HOSTILE_LIST,
    };
  });
}

/** In one piece, as a parser of requests hands it over: concatenation leaves pieces, which are slower to read. */
export function filled(unit: (i: number) => string): string {
  let text = '';
  for (let i = 0; text.length + unit(i).length <= HOSTILE_BYTES; i++) text += unit(i);
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** All of it has to be read, for all of it is allowed. */
const HOSTILE_LIST = filled(i => (i % 2 === 0 ? 'content-md5,' : 'content-type,'));
