import { DIALECTS } from '@crossgate/dialects';
import { z } from 'zod';
import type { LogLevel } from '../log.ts';
import { LOG_LEVEL, PORT_BASE, STORE, type StoreKind, WORKERS } from './config-file.ts';
import { etcdEndpoint, host, oneOf, text, upstreamUrl } from './values.ts';

/** What was asked for on the command line, before what a file says. */
export interface Flags {
  readonly host?: string | undefined;
  readonly portBase?: number | undefined;
  readonly adminHost?: string | undefined;
  readonly dataDirectory?: string | undefined;
  readonly store?: StoreFlag | undefined;
  readonly workers?: number | undefined;
  readonly logLevel?: LogLevel | undefined;
  /** Variants by dialect. */
  readonly variant: Readonly<Record<string, string>>;
  /** URLs of upstreams by dialect. */
  readonly upstream: Readonly<Record<string, string>>;
}

/** `etcd=URL,URL` names the endpoints; `etcd` has those of the file. */
export interface StoreFlag {
  readonly kind: StoreKind;
  readonly endpoints?: readonly string[];
}

const VARIANTS = DIALECTS.flatMap(({ id, variants }) => Object.keys(variants).map(name => `${id}=${name}`));
const IDS: readonly string[] = DIALECTS.map(({ id }) => id);

const FLAGS = z.strictObject({
  host: host().optional(),
  portBase: orDigits(PORT_BASE).optional(),
  adminHost: host().optional(),
  dataDirectory: text().optional(),
  store: z.string().transform(readStore).optional(),
  workers: orDigits(WORKERS).optional(),
  logLevel: LOG_LEVEL.optional(),
  variant: z.array(oneOf(VARIANTS)).superRefine(checkTwice).default([]),
  upstream: z.array(z.string().superRefine(checkUpstream)).superRefine(checkTwice).default([]),
});

/** As people give them. */
const OPTIONS: Readonly<Record<string, string>> = {
  host: '--host',
  portBase: '--port-base',
  adminHost: '--admin-host',
  dataDirectory: '--data',
  store: '--store',
  workers: '--workers',
  logLevel: '--log-level',
  variant: '--variant',
  upstream: '--upstream',
};

export type ReadFlagsResult =
  | { readonly kind: 'flags'; readonly flags: Flags }
  /** One line for each flag that is wrong. */
  | { readonly kind: 'mistakes'; readonly lines: readonly string[] };

/** Checks what was asked for on the command line: numbers may be their digits, what is undefined was not given. */
export function readFlags(settings: Readonly<Record<string, unknown>>): ReadFlagsResult {
  const parsed = FLAGS.safeParse(settings);
  if (parsed.success) {
    const { variant, upstream, ...others } = parsed.data;
    return { kind: 'flags', flags: { ...others, variant: pairs(variant), upstream: pairs(upstream) } };
  }
  const lines = parsed.error.issues.map(({ path, message }) => {
    const option = OPTIONS[String(path[0])];
    return option === undefined ? message : `${option} ${message}`;
  });
  return { kind: 'mistakes', lines: [...new Set(lines)] };
}

/** A number, or its digits. */
function orDigits(number: z.ZodNumber): z.ZodPreprocess<z.ZodNumber> {
  const toNumber = (value: unknown): unknown =>
    typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return z.preprocess(toNumber, number);
}

function readStore(choice: string, context: z.RefinementCtx): StoreFlag {
  const [kind, urls] = split(choice);
  const parsed = STORE.safeParse(kind);
  if (!parsed.success || (choice.includes('=') && parsed.data !== 'etcd')) {
    context.addIssue('must be lmdb, memory, etcd or etcd=URL,URL');
    return z.NEVER;
  }
  if (!choice.includes('=')) return { kind: parsed.data };
  const endpoints = urls.split(',');
  for (const endpoint of endpoints) {
    const checked = etcdEndpoint().safeParse(endpoint);
    for (const { message } of checked.error?.issues ?? []) context.addIssue(`${endpoint} ${message}`);
  }
  return { kind: parsed.data, endpoints };
}

function checkUpstream(choice: string, context: z.RefinementCtx): void {
  const [id, url] = split(choice);
  if (!IDS.includes(id)) {
    context.addIssue(`must be DIALECT=URL, with one of ${IDS.join(', ')}`);
    return;
  }
  const checked = upstreamUrl().safeParse(url);
  for (const { message } of checked.error?.issues ?? []) context.addIssue(`${id}: ${message}`);
}

/** Of two for a dialect only one could be meant, and nobody knows which. */
function checkTwice(choices: readonly string[], context: z.RefinementCtx): void {
  const ids = choices.map(choice => split(choice)[0]);
  for (const id of new Set(ids.filter((other, i) => ids.indexOf(other) !== i))) {
    context.addIssue(`is there twice for ${id}; leave one of them out`);
  }
}

function pairs(choices: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(choices.map(split));
}

/** `name=value`, where the value may have `=` in it. */
function split(choice: string): readonly [name: string, value: string] {
  const [name = ''] = choice.split('=', 1);
  return [name, choice.slice(name.length + 1)];
}
