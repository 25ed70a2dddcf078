import type { Dialect } from '@crossgate/dialects';
import { type DialectConfig, type Limits, UPSTREAM_TIMEOUTS, type UpstreamConfig } from '../serve-config.ts';
import type { DialectSection, UpstreamEntry, UpstreamSection } from './config-file.ts';
import type { Draft } from './draft.ts';
import type { ConfigPath } from './mistake.ts';

/** Where data requests of a dialect go. A URL on the command line takes the place of the one in the file. */
export function readUpstreams(
  draft: Draft,
  dialect: Dialect,
  { upstream, tenants }: DialectSection,
  limits: Limits,
): Pick<DialectConfig, 'upstream' | 'tenantUpstreams'> {
  const path = ['dialects', dialect.id];
  const flag = draft.flags.upstream[dialect.id];
  const entry = flag === undefined ? upstream : { ...(upstream && asSection(upstream)), url: flag };
  const tenantUpstreams: Record<string, UpstreamConfig> = {};
  for (const [tenant, section] of Object.entries(tenants ?? {})) {
    if (section.upstream === undefined) continue;
    const inner = [...path, 'tenants', tenant, 'upstream'];
    tenantUpstreams[tenant] = readUpstream(draft, section.upstream, inner, limits);
  }
  return {
    ...(entry !== undefined && { upstream: readUpstream(draft, entry, [...path, 'upstream'], limits) }),
    tenantUpstreams,
  };
}

function readUpstream(draft: Draft, entry: UpstreamEntry, path: ConfigPath, limits: Limits): UpstreamConfig {
  const section = asSection(entry);
  const config = { ...UPSTREAM_TIMEOUTS, ...section };
  const { idleSeconds } = limits;
  if (config.headersTimeoutSeconds >= idleSeconds) {
    const own = [...path, 'headersTimeoutSeconds'];
    const clients = ['limits', 'idleSeconds'];
    if (section.headersTimeoutSeconds === undefined) {
      const message = `must be more than the headersTimeoutSeconds of upstreams (${config.headersTimeoutSeconds}), or clients are cut off before they are told`;
      draft.refuse(message, { at: clients, from: [own] });
    } else {
      const message = `must be less than limits.idleSeconds (${idleSeconds}), or clients are cut off before they are told`;
      draft.refuse(message, { at: own, from: [clients] });
    }
  }
  return config;
}

function asSection(entry: UpstreamEntry): UpstreamSection {
  return typeof entry === 'string' ? { url: entry } : entry;
}
