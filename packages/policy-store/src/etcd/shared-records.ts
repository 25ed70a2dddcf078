import { type Policy, readPolicy, type Settings } from '@crossgate/core';
import type { PolicyRevision, TenantKey } from '../policy-store.ts';
import { assertTenantKey } from '../tenant-key.ts';

/*
 * What is kept under which key in etcd, below a prefix that is `/crossgate/` unless it is given:
 *
 *   v1/log/{dialect}/{tenant}/{sequence}   one revision of a tenant's policy, deletions included
 *   v1/head                                written with every revision, without a value
 *
 * Dialect and tenant are percent-encoded; the sequence counts the revisions of a tenant from 1, in 16 decimal digits. A
 * revision is appended, never changed; its number is the `mod_revision` that etcd gives the key. The newest entry of a
 * tenant is what is in force, the others are its history, of which the oldest are removed as new ones come. The
 * `mod_revision` of the head is the store-wide revision.
 *
 * The v1 is the version of this layout: a later one can stand beside it while data is carried over.
 */

/** One revision of a tenant's policy with its place in the tenant's history. */
export interface LogEntry extends PolicyRevision {
  /** Counts from 1. */
  readonly sequence: number;
  /** Unlike that of every other entry: tells the writeId that an entry is its own. */
  readonly writeId: string;
}

export interface EtcdRange {
  readonly key: string;
  /** Not included. Without one: only the key. */
  readonly end?: string;
}

/** The keys under one prefix. All are ASCII but for the prefix. */
export interface SharedKeys {
  readonly prefix: string;
  readonly head: string;
  readonly log: EtcdRange;
  readonly tenant: (key: TenantKey) => EtcdRange;
  readonly entry: (key: TenantKey, sequence: number) => string;
  /** Undefined when it is no key of an entry. */
  readonly parseEntry: (
    etcdKey: string,
  ) => { readonly key: TenantKey; readonly sequence: number } | undefined;
}

export function sharedKeys(prefix: string): SharedKeys {
  const log = `${prefix}v1/log/`;
  const tenant = ({ dialect, tenant }: TenantKey): string =>
    `${log}${encodeURIComponent(dialect)}/${encodeURIComponent(tenant)}/`;
  return {
    prefix,
    head: `${prefix}v1/head`,
    log: under(log),
    tenant: key => under(tenant(key)),
    entry: (key, sequence) => `${tenant(key)}${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`,
    parseEntry(etcdKey) {
      if (!etcdKey.startsWith(log)) return undefined;
      const [dialect, tenant, digits, ...more] = etcdKey.slice(log.length).split('/');
      if (dialect === undefined || tenant === undefined || more.length > 0) return undefined;
      if (!/^\d{16}$/.test(digits ?? '')) return undefined;
      try {
        const key = { dialect: decodeURIComponent(dialect), tenant: decodeURIComponent(tenant) };
        assertTenantKey(key);
        return { key, sequence: Number(digits) };
      } catch {
        return undefined;
      }
    },
  };
}

/** As many as a safe integer has. */
const SEQUENCE_DIGITS = 16;

/** Everything that begins with a text which ends with a slash. A zero follows the slash in ASCII. */
function under(folder: string): EtcdRange {
  return { key: folder, end: `${folder.slice(0, -1)}0` };
}

const VALUE_VERSION = 1;

interface EntryValue {
  readonly version: number;
  readonly writeId: string;
  readonly writtenAt: number;
  readonly policy?: Policy;
  readonly settings?: Settings;
}

export function encodeEntry(entry: Pick<LogEntry, 'writeId' | 'writtenAt' | 'policy' | 'settings'>): string {
  const { writeId, writtenAt, policy, settings } = entry;
  return JSON.stringify({ version: VALUE_VERSION, writeId, writtenAt, policy, settings });
}

/** Throws when the key is none of an entry, and when the value is not one of this version: others can write to etcd, too. */
export function decodeEntry(keys: SharedKeys, etcdKey: string, value: string, revision: number): LogEntry {
  const place = keys.parseEntry(etcdKey);
  if (place === undefined) throw new Error(`etcd holds the key ${etcdKey}, which is none of a policy`);
  const entry = parseObject(value);
  if (entry?.version !== undefined && entry.version !== VALUE_VERSION) {
    throw new Error(
      `etcd holds a policy of version ${String(entry.version)}, this version of Crossgate reads ${VALUE_VERSION}: ${etcdKey}`,
    );
  }
  if (!isEntryValue(entry)) {
    throw new Error(`etcd holds something under ${etcdKey} that is no revision of a policy: delete the key`);
  }
  const { writeId, writtenAt, policy, settings } = entry;
  return { ...place, revision, policy, ...(settings && { settings }), writtenAt, writeId };
}

type Parsed = { readonly [Name in keyof EntryValue]?: unknown };

function parseObject(text: string): Parsed | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntryValue(entry: Parsed | undefined): entry is EntryValue {
  if (entry?.version === undefined) return false;
  const { writeId, writtenAt, policy, settings } = entry;
  if (typeof writeId !== 'string' || typeof writtenAt !== 'number') return false;
  if (settings !== undefined && (typeof settings !== 'object' || settings === null)) return false;
  return policy === undefined || isPolicy(policy);
}

const LISTS = ['allowedOrigins', 'allowedMethods', 'allowedHeaders', 'exposeHeaders'];

/** What a later version may have put beside the members of this one is kept. Lists are written also when they are empty. */
function isPolicy(value: unknown): value is Policy {
  const read = readPolicy(value);
  if (read.kind !== 'policy' && !read.diagnostics.every(({ code }) => code === 'field-unknown')) return false;
  return (value as Policy).rules.every(rule => LISTS.every(list => Object.hasOwn(rule, list)));
}
