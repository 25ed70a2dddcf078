import { createHash } from 'node:crypto';
import type { TenantHistory } from '../archive.ts';
import type { PolicyRevision } from '../policy-store.ts';
import { assertTenantKey } from '../tenant-key.ts';
import { BackupError } from './backup-error.ts';

/*
 * A backup is a gzip file of lines, each of them JSON and ended by a line feed:
 *
 *   {"crossgateBackup":1,"createdAt":"2030-01-02T03:04:05.678Z"}
 *   {"dialect":…,"tenant":…,"revisions":[{"revision":…,"writtenAt":…,"policy":…,"settings":…}, …]}   for each tenant
 *   {"tenants":…,"revisions":…,"sha256":…}
 *
 * Revisions are those of the store that was backed up, oldest first; one without a policy is a deletion. The SHA-256 is
 * of all lines before the last one, which also tells that none is missing.
 */

/** The version that is written, and the newest that is read. */
const VERSION = 1;

/** What a backup has. */
export interface BackupContents {
  /** By the clock of the machine that made it; ISO 8601. */
  readonly createdAt: string;
  readonly tenants: number;
  readonly revisions: number;
}

/** The lines of a backup. */
export async function* encodeBackup(
  histories: AsyncIterable<TenantHistory> | Iterable<TenantHistory>,
  createdAt: Date,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  let tenants = 0;
  let revisionCount = 0;
  const hashed = (value: object): string => {
    const line = `${JSON.stringify(value)}\n`;
    hash.update(line);
    return line;
  };
  yield hashed({ crossgateBackup: VERSION, createdAt: createdAt.toISOString() });
  for await (const { key, revisions } of histories) {
    tenants += 1;
    revisionCount += revisions.length;
    const { dialect, tenant } = key;
    yield hashed({ dialect, tenant, revisions: revisions.map(({ key: _, ...revision }) => revision) });
  }
  yield `${JSON.stringify({ tenants, revisions: revisionCount, sha256: hash.digest('hex') })}\n`;
}

/**
 * The histories of a backup, and at their end what it has in all. What comes before may be of one that is damaged.
 *
 * @throws BackupError when it is no backup, or not a whole one
 */
export async function* decodeBackup(
  batches: AsyncIterable<readonly string[]>,
): AsyncGenerator<TenantHistory, BackupContents> {
  const hash = createHash('sha256');
  let createdAt: string | undefined;
  let tenants = 0;
  let revisionCount = 0;
  let contents: BackupContents | undefined;
  for await (const lines of batches) {
    for (const line of lines) {
      if (contents !== undefined) throw new BackupError('damaged', 'something follows its end');
      if (createdAt === undefined) {
        createdAt = readHead(line);
        hash.update(`${line}\n`);
        continue;
      }
      const record = asRecord(line);
      if ('sha256' in record) {
        const isWhole =
          record['sha256'] === hash.digest('hex') &&
          record['tenants'] === tenants &&
          record['revisions'] === revisionCount;
        if (!isWhole) throw new BackupError('damaged', 'its digest is another');
        contents = { createdAt, tenants, revisions: revisionCount };
        continue;
      }
      const history = asHistory(record);
      hash.update(`${line}\n`);
      tenants += 1;
      revisionCount += history.revisions.length;
      yield history;
    }
  }
  if (createdAt === undefined) throw new BackupError('none', 'it is empty');
  if (contents === undefined) throw new BackupError('damaged', 'it ends too early');
  return contents;
}

function readHead(line: string): string {
  let head: unknown;
  try {
    head = JSON.parse(line);
  } catch {
    head = undefined;
  }
  if (!isObject(head) || !('crossgateBackup' in head)) throw new BackupError('none', 'it has no head');
  const { crossgateBackup: version, createdAt } = head;
  if (version !== VERSION) {
    const found = typeof version === 'number' ? version : '?';
    throw new BackupError(
      'other-version',
      `it is of version ${found}, this version of Crossgate reads ${VERSION}`,
    );
  }
  if (typeof createdAt !== 'string')
    throw new BackupError('damaged', 'its head does not say when it was made');
  return createdAt;
}

function asRecord(line: string): Record<string, unknown> {
  try {
    const record: unknown = JSON.parse(line);
    if (isObject(record)) return record;
  } catch {
    // Told below.
  }
  throw new BackupError('damaged', 'a line of it cannot be read');
}

function asHistory({ dialect, tenant, revisions }: Record<string, unknown>): TenantHistory {
  try {
    const key = { dialect: String(dialect), tenant: String(tenant) };
    assertTenantKey(key);
    if (Array.isArray(revisions) && revisions.length > 0 && revisions.every(isRevision)) {
      return {
        key,
        revisions: revisions.map(({ revision, policy, settings, writtenAt }) => ({
          key,
          revision,
          policy,
          ...(settings && { settings }),
          writtenAt,
        })),
      };
    }
  } catch {
    // Told below.
  }
  throw new BackupError('damaged', 'a line of it is no history');
}

function isRevision(value: unknown): value is Omit<PolicyRevision, 'key'> {
  if (!isObject(value)) return false;
  const { revision, writtenAt, policy, settings } = value;
  if (typeof revision !== 'number' || typeof writtenAt !== 'number') return false;
  if (policy !== undefined && !(isObject(policy) && Array.isArray(policy['rules']))) return false;
  return settings === undefined || isObject(settings);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
