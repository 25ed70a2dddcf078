import { mkdirSync, realpathSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';
import { lackOfRoom } from './disk-room.ts';
import { FORMAT_KEY, REPLICA_FORMAT_KEY } from './lmdb-keys.ts';
import { PolicyStoreUnavailableError } from './unavailable.ts';

export interface Environment extends RootDatabase<Buffer, Buffer> {
  readonly directory: string;
}

/** LMDB must not be opened twice in one process: its file locks belong to the process, not to the handle. */
const openDirectories = new Set<string>();

/** The format that this version writes and the newest it reads. */
const FORMAT = 1;

/** What a directory is: neither is taken for the other, for what is written into a replica would be lost. */
export type EnvironmentKind = 'store' | 'replica';

const KINDS: Readonly<Record<EnvironmentKind, { readonly formatKey: Buffer; readonly noun: string }>> = {
  store: { formatKey: FORMAT_KEY, noun: 'policy store' },
  replica: { formatKey: REPLICA_FORMAT_KEY, noun: 'replica of a policy store' },
};

/**
 * Opens the directory, and creates it unless it is only read. Throws when this process has it open, and when its format is
 * not known.
 */
export function openEnvironment(
  directory: string,
  kind: EnvironmentKind,
  isReadOnly: boolean,
): {
  readonly environment: Environment;
  readonly close: () => Promise<void>;
} {
  if (!isReadOnly) mkdirSync(directory, { recursive: true });
  const path = realpathSync(directory);
  if (openDirectories.has(path)) throw new Error(`\`${directory}\` is already open in this process`);

  const database: RootDatabase<Buffer, Buffer> = open({
    path,
    // Otherwise a directory with a dot in its name is taken for a file.
    noSubdir: false,
    readOnly: isReadOnly,
    keyEncoding: 'binary',
    encoding: 'binary',
    // A commit is on disk before anybody sees it. With the overlapping sync that lmdb does by default, a reader can
    // learn of a revision that a power failure takes back, and that is then given to another policy. Measured, it is
    // not faster here: writes of one process share a commit either way.
    overlappingSync: false,
    // With this, lmdb makes a promise of its own for each batch and gives it to nobody. When the disk is full it rejects,
    // which ends the process. Transactions that come while one is written are written together in either case.
    eventTurnBatching: false,
  });
  const environment: Environment = Object.assign(database, { directory: path });
  openDirectories.add(path);

  async function close(): Promise<void> {
    await environment.close();
    openDirectories.delete(path);
  }

  try {
    prepareFormat(environment, directory, kind, isReadOnly);
  } catch (error) {
    void close();
    throw error;
  }
  return { environment, close };
}

/** The disk did not take a write, of which nothing was done. `cause` tells all that is known. */
export class NotCommittedError extends PolicyStoreUnavailableError {
  constructor(cause: unknown) {
    // The rest is about pages of the file.
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split(':', 1);
    super(`the disk did not take the write: ${reason}`, { cause });
    this.name = 'NotCommittedError';
  }
}

/** What a key is to hold; undefined where it is to be removed. */
export type Operation = readonly [key: Buffer, value: Buffer | undefined];

/**
 * Writes all of it in one transaction, or nothing. Resolves when it is on disk and every process sees it. For what was
 * decided before the transaction began: where there is `unless`, another process was faster, nothing is written, and the
 * result is false.
 *
 * @throws NotCommittedError
 */
export async function writeTogether(
  environment: Environment,
  operations: readonly Operation[],
  unless?: Buffer,
): Promise<boolean> {
  if (operations.length === 0) return true;
  assertRoom(environment, operations);
  const putAll = (): void => {
    for (const [key, value] of operations) {
      // What becomes of these is what becomes of all.
      void (value === undefined ? environment.remove(key) : environment.put(key, value));
    }
  };
  // Of either, LMDB's thread begins nothing before it has all of it.
  return await committed(unless ? environment.ifNoExists(unless, putAll) : environment.batch(putAll));
}

/**
 * Decides in a write transaction of its own what it is to do. Nothing is done when `decide` throws. Resolves when it is on
 * disk and every process sees it. Where only one process writes, {@link writeTogether} is faster: here, LMDB's thread
 * waits for this one in the middle of the transaction.
 *
 * @throws NotCommittedError; and what `decide` throws
 */
export async function inTransaction(
  environment: Environment,
  decide: () => readonly Operation[],
): Promise<void> {
  await committed(
    environment.childTransaction(() => {
      const operations = decide();
      assertRoom(environment, operations);
      for (const [key, value] of operations) {
        if (value === undefined) environment.removeSync(key);
        else environment.putSync(key, value);
      }
    }),
  );
}

function assertRoom({ directory }: Environment, operations: readonly Operation[]): void {
  let bytes = 0;
  for (const [key, value] of operations) bytes += key.length + (value?.length ?? 0);
  const lack = lackOfRoom(directory, { operations: operations.length, bytes });
  if (lack) throw new NotCommittedError(lack);
}

async function committed<Result>(commit: PromiseLike<Result>): Promise<Result> {
  try {
    return await commit;
  } catch (error) {
    // lmdb tells why a commit failed in a second promise, and an unhandled rejection if nobody asks for it.
    if (!(error instanceof Error) || !('commitError' in error)) throw error;
    const cause = await Promise.resolve(error.commitError).catch((reason: unknown) => reason);
    throw new NotCommittedError(cause);
  }
}

function prepareFormat(
  environment: Environment,
  directory: string,
  kind: EnvironmentKind,
  isReadOnly: boolean,
): void {
  const { formatKey, noun } = KINDS[kind];
  const readFormat = (): number | undefined => {
    const bytes = environment.getBinary(formatKey);
    return bytes && Number(bytes.toString());
  };
  const create = (): number => {
    const existing = readFormat();
    if (existing !== undefined) return existing;
    if (isReadOnly || Array.from(environment.getKeys({ limit: 1 })).length > 0) {
      throw new Error(`\`${directory}\` holds an LMDB database that is not a ${noun}`);
    }
    const value = Buffer.from(String(FORMAT));
    assertRoom(environment, [[formatKey, value]]);
    environment.putSync(formatKey, value);
    return FORMAT;
  };
  // Two processes may create the directory at the same time: the second finds what the first one wrote.
  const format = readFormat() ?? (isReadOnly ? create() : environment.transactionSync(create));
  if (format !== FORMAT) {
    throw new Error(
      `\`${directory}\` holds a ${noun} of format ${format}, this version of Crossgate reads format ${FORMAT}`,
    );
  }
}
