import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { PreflightRequest } from '@crossgate/core';
import { CommandError } from './exit-code.ts';
import { whyUnreadable } from './unreadable.ts';

/** A request that a server has logged, and how often. */
export type RecordedRequest = RecordedPreflight | RecordedActual;

export interface RecordedPreflight extends Recorded {
  readonly kind: 'preflight';
  readonly request: PreflightRequest;
}

export interface RecordedActual extends Recorded {
  readonly kind: 'actual';
  readonly request: { readonly origin: string; readonly method: string };
}

interface Recorded {
  readonly tenant: string | null;
  readonly count: number;
}

/** What there is in a log. */
export interface RecordedRequests<Request extends RecordedRequest = RecordedRequest> {
  /** Each distinct one once, the most frequent first. */
  readonly requests: readonly Request[];
  /** How many lines are of something else. */
  readonly otherLines: number;
  /** Numbers of the lines that are not what a server writes. */
  readonly brokenLines: readonly number[];
}

/**
 * Reads the log of a server, line by line: those of preflights, and of data requests with an origin. Lines of other
 * dialects are passed over.
 *
 * @throws CommandError when it cannot be read
 */
export async function readLog(file: string, dialect: string): Promise<RecordedRequests> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  const counts = new Map<string, { readonly found: Found; count: number }>();
  let otherLines = 0;
  const brokenLines: number[] = [];

  async function readAll(): Promise<void> {
    let number = 0;
    for await (const line of lines) {
      number += 1;
      const read = readLine(line, dialect);
      if (read === 'broken') brokenLines.push(number);
      else if (read === 'other') otherLines += 1;
      else {
        const key = JSON.stringify(read);
        const known = counts.get(key);
        if (known) known.count += 1;
        else counts.set(key, { found: read, count: 1 });
      }
    }
  }

  try {
    await Promise.race([readAll(), failed]);
  } catch (error) {
    const name = file === '-' ? 'standard input' : file;
    throw new CommandError(`${name} cannot be read: ${whyUnreadable(error)}`);
  }
  const requests = [...counts.values()]
    .map(({ found, count }) => ({ ...found, count }))
    .sort((a, b) => b.count - a.count);
  return { requests, otherLines, brokenLines };
}

type Found = Omit<RecordedPreflight, 'count'> | Omit<RecordedActual, 'count'>;

function readLine(line: string, dialect: string): Found | 'other' | 'broken' {
  if (line.trim() === '') return 'other';
  const fields = parseObject(line);
  if (!fields) return 'broken';
  const { origin, requestMethod, requestHeaders, method, tenant, kind } = fields;
  if (kind !== 'preflight' && kind !== 'data') return 'other';
  // A line that does not say is of a log that was cut to the fields that matter.
  if ((fields['dialect'] ?? dialect) !== dialect) return 'other';
  if (![origin, requestMethod, requestHeaders, method, tenant].every(isTextOrUnset)) return 'broken';
  const of = { tenant: textOrUnset(tenant) ?? null };
  const from = textOrUnset(origin);
  if (kind === 'preflight') {
    const request = {
      origin: from,
      requestMethod: textOrUnset(requestMethod),
      requestHeaders: textOrUnset(requestHeaders),
    };
    return { ...of, kind, request };
  }
  if (from === undefined) return 'other';
  const actualMethod = textOrUnset(method);
  if (actualMethod === undefined) return 'broken';
  return { ...of, kind: 'actual', request: { origin: from, method: actualMethod } };
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isTextOrUnset(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}

function textOrUnset(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Without the other requests, which count as other lines then. */
export function onlyPreflights(recorded: RecordedRequests): RecordedRequests<RecordedPreflight> {
  const requests = recorded.requests.filter(each => each.kind === 'preflight');
  const others = recorded.requests.filter(({ kind }) => kind !== 'preflight');
  return {
    ...recorded,
    requests,
    otherLines: others.reduce((sum, { count }) => sum + count, recorded.otherLines),
  };
}

/** The names in `Access-Control-Request-Headers`. */
export function headerNames(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '');
}
