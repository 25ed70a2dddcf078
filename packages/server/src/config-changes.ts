import { dialectById } from '@crossgate/dialects';
import type { AdminConfig, DialectConfig, Limits, ServeConfig } from './serve-config.ts';

/** In what two configurations differ, by keys as they stand in the file. */
export interface ConfigChanges {
  /** What a server can take over while it runs. */
  readonly changeable: readonly string[];
  /** What it cannot. */
  readonly fixed: readonly string[];
}

type Kind = keyof ConfigChanges;

/** Whatever is not here is fixed. Of what is a mapping, each key is told. */
const TOP: Readonly<Record<string, Kind>> = { logLevel: 'changeable' };
const LIMITS: Readonly<Partial<Record<keyof Limits, Kind>>> = {
  headersSeconds: 'changeable',
  idleSeconds: 'changeable',
  keepAliveSeconds: 'changeable',
  tenantRate: 'changeable',
  addressRate: 'changeable',
  trustedProxies: 'changeable',
};
const ADMIN: Readonly<Partial<Record<keyof AdminConfig, Kind>>> = { tokens: 'changeable' };
const DIALECT: Readonly<Partial<Record<keyof DialectConfig, Kind>>> = {
  credentials: 'changeable',
  upstream: 'changeable',
  tenantUpstreams: 'changeable',
};
/** Where a key has another name in the file. */
const NAMES: Readonly<Record<string, string>> = { dataDirectory: 'data', tenantUpstreams: 'tenants' };

export function configChanges(before: ServeConfig, after: ServeConfig): ConfigChanges {
  const changes: { readonly [Key in Kind]: string[] } = { changeable: [], fixed: [] };
  const { limits, dialects, tls, admin, ...others } = before;
  const { limits: newLimits, dialects: newDialects, tls: newTls, admin: newAdmin, ...newOthers } = after;
  const compare = (path: string, kinds: Readonly<Record<string, Kind>>, old: object, now: object): void => {
    for (const key of changedKeys(old, now)) changes[kinds[key] ?? 'fixed'].push(path + (NAMES[key] ?? key));
  };
  compare('', TOP, others, newOthers);
  compare('limits.', LIMITS, limits, newLimits);
  compare('admin.', ADMIN, admin, newAdmin);
  compare('', { tls: kindOfPresence(tls, newTls) }, { tls }, { tls: newTls });
  for (const id of changedKeys(dialects, newDialects)) {
    const [old, now] = [dialects[id], newDialects[id]];
    if (!old || !now) changes.fixed.push(`dialects.${id}.enabled`);
    else compare(`dialects.${id}.`, { ...DIALECT, ...kindsOf(id, old, now) }, old, now);
  }
  return changes;
}

/** A listener stays one of HTTPS, or of HTTP; the embedded service is opened when the server starts. */
function kindsOf(id: string, old: DialectConfig, now: DialectConfig): Readonly<Record<string, Kind>> {
  const tls = kindOfPresence(old.tls, now.tls);
  if (!dialectById(id)?.openDataApi) return { tls };
  return { tls, upstream: kindOfPresence(old.upstream, now.upstream) };
}

function kindOfPresence(old: unknown, now: unknown): Kind {
  return (old === undefined) === (now === undefined) ? 'changeable' : 'fixed';
}

function changedKeys(old: object, now: object): readonly string[] {
  const [before, after] = [new Map(Object.entries(old)), new Map(Object.entries(now))];
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys.filter(key => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)));
}
