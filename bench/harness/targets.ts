/** What is wanted, as ratios of one run. */
export interface Target {
  readonly part: PartName;
  readonly wanted: string;
  readonly bound: { readonly least: number } | { readonly most: number };
  readonly unit: 'times' | 'milliseconds' | 'bytes' | 'microseconds';
}

export type PartName = 'decide' | 'http' | 'tenants' | 'data' | 'writes' | 'workers';

/** In the order in which they run. */
export const PARTS: readonly PartName[] = ['decide', 'http', 'tenants', 'data', 'writes', 'workers'];

const MEBIBYTE = 1024 ** 2;

export type TargetId =
  | 'decide-growth'
  | 'decide-cors'
  | 'decide-hostile'
  | 'http-floor'
  | 'http-express'
  | 'http-fastify'
  | 'http-azurite'
  | 'tenants-rate'
  | 'tenants-memory'
  | 'tenants-start'
  | 'data-small'
  | 'data-large'
  | 'data-memory'
  | 'writes-lmdb'
  | 'writes-http';

export const TARGETS: Readonly<Record<TargetId, Target>> = {
  'decide-growth': {
    part: 'decide',
    wanted: 'a decision by 100 rules, in terms of one by one rule',
    bound: { most: 1.5 },
    unit: 'times',
  },
  'decide-cors': {
    part: 'decide',
    wanted: 'decisions, in terms of `cors`, plain requests',
    bound: { least: 1 },
    unit: 'times',
  },
  'decide-hostile': {
    part: 'decide',
    wanted: 'a decision on a header list of 16 KiB',
    bound: { most: 50 },
    unit: 'microseconds',
  },
  'http-floor': {
    part: 'http',
    wanted: 'preflights per second, in terms of the floor',
    bound: { least: 0.95 },
    unit: 'times',
  },
  'http-express': {
    part: 'http',
    wanted: 'preflights per second, in terms of express + cors',
    bound: { least: 5 },
    unit: 'times',
  },
  'http-fastify': {
    part: 'http',
    wanted: 'preflights per second, in terms of fastify + @fastify/cors',
    bound: { least: 1.3 },
    unit: 'times',
  },
  'http-azurite': {
    part: 'http',
    wanted: 'preflights per second, in terms of Azurite',
    bound: { least: 10 },
    unit: 'times',
  },
  'tenants-rate': {
    part: 'tenants',
    wanted: 'preflights per second of a million tenants, in terms of one tenant',
    bound: { least: 0.8 },
    unit: 'times',
  },
  'tenants-memory': {
    part: 'tenants',
    wanted: 'memory of a million tenants, beyond the page cache',
    bound: { most: 400e6 },
    unit: 'bytes',
  },
  'tenants-start': {
    part: 'tenants',
    wanted: 'start-up with a million tenants',
    bound: { most: 2000 },
    unit: 'milliseconds',
  },
  'data-small': {
    part: 'data',
    wanted: 'proxied GETs of 1 KiB, in terms of bare undici',
    bound: { least: 0.95 },
    unit: 'times',
  },
  'data-large': {
    part: 'data',
    wanted: '1 GiB through the gateway, in terms of bare undici',
    bound: { least: 0.95 },
    unit: 'times',
  },
  'data-memory': {
    part: 'data',
    wanted: 'what the gateway grows by while 1 GiB passes through it',
    bound: { most: 64 * MEBIBYTE },
    unit: 'bytes',
  },
  'writes-lmdb': {
    part: 'writes',
    wanted: 'durable policy PUTs, in terms of raw LMDB puts',
    bound: { least: 0.5 },
    unit: 'times',
  },
  'writes-http': {
    part: 'writes',
    wanted: 'the same over HTTP, in terms of raw LMDB puts behind `node:http`',
    bound: { least: 0.5 },
    unit: 'times',
  },
};

export function isMet({ bound }: Target, value: number): boolean {
  return 'least' in bound ? value >= bound.least : value <= bound.most;
}
