import type { ServeConfig } from '../serve-config.ts';
import type { Draft } from './draft.ts';

interface Bound {
  /** What listens there, for people. */
  readonly name: string;
  /** Where the file has its settings. */
  readonly path: readonly string[];
  readonly host: string;
  readonly port: number;
}

const ALL_ADDRESSES: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** Tells which listeners would be in each other's way. */
export function checkPorts(draft: Draft, { admin, dialects }: Pick<ServeConfig, 'admin' | 'dialects'>): void {
  const bound: Bound[] = [{ name: 'the admin API', path: ['admin'], host: admin.host, port: admin.port }];
  for (const [id, { host, port }] of Object.entries(dialects)) {
    const path = ['dialects', id];
    const other = bound.find(earlier => collide(earlier, { host, port }));
    if (other) {
      const own = [...path, 'port'];
      const theirs = [...other.path, 'port'];
      // The one that has its port from the file is the one to be given another.
      const [at, name] = draft.file.dialects?.[id]?.port === undefined ? [theirs, id] : [own, other.name];
      draft.refuse(`${port} is the port of ${name} too; choose another`, {
        at,
        from: [own, theirs, [...path, 'host'], [...other.path, 'host'], ['host'], ['portBase']],
      });
    }
    bound.push({ name: id, path, host, port });
  }
}

function collide(a: Pick<Bound, 'host' | 'port'>, b: Pick<Bound, 'host' | 'port'>): boolean {
  if (a.port === 0 || a.port !== b.port) return false;
  return ALL_ADDRESSES.has(a.host) || ALL_ADDRESSES.has(b.host) || address(a.host) === address(b.host);
}

function address(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host.toLowerCase();
}
