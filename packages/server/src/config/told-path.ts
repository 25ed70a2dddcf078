import { DIALECTS } from '@crossgate/dialects';
import { configJsonSchema } from './config-file.ts';
import { type ConfigPath, closestName } from './mistake.ts';

/** What stands for a key that is not told. */
const UNTOLD = '?';

/**
 * Tells paths without what can be a secret where a key belongs: every key that is none of the file's, nor like one, nor
 * the name of a tenant that can be, is `?`. The line and the column still tell which is meant.
 */
export function toldPaths(): (path: ConfigPath) => ConfigPath {
  const known = [...new Set(keysOf(configJsonSchema()))];
  const isTold = (path: ConfigPath, i: number): boolean => {
    const step = path[i];
    return typeof step !== 'string' || isTenant(path, i) || closestName(step, known) !== undefined;
  };
  return path => path.map((step, i) => (isTold(path, i) ? step : UNTOLD));
}

function isTenant(path: ConfigPath, i: number): boolean {
  const [dialects, id, tenants] = path;
  if (i !== 3 || dialects !== 'dialects' || tenants !== 'tenants') return false;
  return DIALECTS.some(dialect => dialect.id === id && dialect.isTenantName(String(path[i])));
}

/** The keys of all mappings in a JSON Schema. */
function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, inner]: [string, unknown]) => [
    ...(name === 'properties' ? Object.keys(inner as object) : []),
    ...keysOf(inner),
  ]);
}
