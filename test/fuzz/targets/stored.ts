import { compile } from '@crossgate/core';
import { DIALECTS, type Exchange } from '@crossgate/dialects';
import {
  decodeEntry,
  encodeEntry,
  sharedKeys,
} from '../../../packages/policy-store/src/etcd/shared-records.ts';
import { readLines } from '../../../packages/policy-store/src/read-lines.ts';
import type { Target } from '../target.ts';
import { CORS_WORDS, DIVIDER, goldenPolicies, partsOf } from './seeds.ts';

const KEYS = sharedKeys('/crossgate/');
const NOW = Date.parse('2026-06-01T00:00:00Z');

/** The first of these is what etcd has under the key, as somebody may have put it there by hand. */
function entrySeeds(): readonly string[] {
  const policies = [...goldenPolicies('cos'), ...goldenPolicies('azure-tables')].slice(0, 12);
  const entries = policies.map(policy =>
    encodeEntry({
      writeId: 'a',
      writtenAt: NOW,
      policy: JSON.parse(policy),
      settings: { logging: { version: '1.0', delete: true, read: false, write: true } },
    }),
  );
  const deletion = encodeEntry({ writeId: 'b', writtenAt: NOW, policy: undefined });
  const key = KEYS.entry({ dialect: 'cos', tenant: 'examplebucket-1250000000' }, 1);
  return [...entries, deletion, '{"version":2}', 'null'].map(value => `${value}${DIVIDER}${key}`);
}

function exchangeOf(dialect: (typeof DIALECTS)[number], version: string): Exchange {
  const request = {
    method: 'GET',
    target: dialect.example.path,
    rawHeaders: ['Host', '127.0.0.1', 'x-ms-version', version],
  };
  return { request, location: dialect.locate(request), requestId: 'a', receivedAt: NOW };
}

/** What is in etcd is taken, or the replica says what is wrong with it. What was taken can be served. */
const etcdEntry: Target = {
  name: 'etcd-entry',
  seeds: entrySeeds,
  words: CORS_WORDS,
  limitBytes: 64 * 1024,
  run: input => {
    const [value = '', key = ''] = partsOf(input);
    let entry: ReturnType<typeof decodeEntry>;
    try {
      entry = decodeEntry(KEYS, key, value, 7);
    } catch {
      return;
    }
    for (const dialect of DIALECTS) {
      const { policy, settings } = entry;
      if (!policy) continue;
      try {
        compile(policy, dialect.profile);
      } catch {
        // A gateway has this in its log, and allows nothing then.
      }
      for (const version of ['2012-02-12', '2019-02-02']) {
        const exchange = exchangeOf(dialect, version);
        dialect.policyApi?.replies.read(exchange, { policy, ...(settings && { settings }) });
        dialect.analytics?.retentionDays(settings);
        dialect.policyApi?.document.write(policy);
      }
    }
  },
};

/** The stream of a watch, in pieces. */
const lines: Target = {
  name: 'etcd-stream',
  seeds: () => ['{"result":{"header":{"revision":"1"}}}\n{"result":{}}\n', '\n\n{}'],
  limitBytes: 64 * 1024,
  run: async input => {
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let at = 0; at < input.length; at += 97) yield Buffer.from(input.subarray(at, at + 97));
    }
    const read: string[] = [];
    for await (const some of readLines(pieces(), 1024 * 1024)) read.push(...some);
    const whole = Buffer.from(input)
      .toString('latin1')
      .split('\n')
      .slice(0, -1)
      .filter(line => line !== '');
    if (read.length !== whole.length) throw new Error(`${read.length} lines are read, not ${whole.length}`);
  },
};

export const STORED_TARGETS: readonly Target[] = [etcdEntry, lines];
