import { type Policy, type Rule, validate } from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnalyticsSettings, MetricsSettings } from '../../src/azure-tables/analytics-settings.ts';
import { azureTablesPolicyDocument } from '../../src/azure-tables/policy-document.ts';
import { azureTablesProfile } from '../../src/azure-tables/profile.ts';
import { readServiceProperties, writeServiceProperties } from '../../src/azure-tables/service-properties.ts';

const RUNS = { numRuns: 200 };

const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i));
const origin = fc.oneof(
  fc.constant('*'),
  fc.string({
    unit: fc.constantFrom(...visible.filter(character => character !== ',' && character !== '*')),
    minLength: 1,
    maxLength: 12,
  }),
  fc.constantFrom('http://*.contoso.com', 'https://*.a'),
);
const literal = fc.string({
  unit: fc.constantFrom(..."aZ09!#$%&'+-.^_`|~"),
  minLength: 1,
  maxLength: 8,
});

/** Names that are complete first, as the service tells them; a policy in this order comes back as it is. */
const headers = fc
  .tuple(fc.array(literal, { maxLength: 4 }), fc.array(literal, { maxLength: 2 }), fc.boolean())
  .map(([names, prefixes, any]) => [
    ...names,
    ...prefixes.map(prefix => `${prefix}*`),
    ...(any ? ['*'] : []),
  ]);

const rule: fc.Arbitrary<Rule> = fc.record({
  allowedOrigins: fc.array(origin, { minLength: 1, maxLength: 4 }),
  allowedMethods: fc.array(fc.constantFrom(...azureTablesProfile.methods.known), {
    minLength: 1,
    maxLength: 9,
  }),
  allowedHeaders: headers,
  exposeHeaders: headers,
  maxAgeSeconds: fc.nat(azureTablesProfile.limits.maxAgeSeconds.max),
});

const policy: fc.Arbitrary<Policy> = fc.record({ rules: fc.array(rule, { maxLength: 5 }) });

const retentionPolicy = fc.oneof(
  fc.constant({ enabled: false } as const),
  fc.integer({ min: 1, max: 365 }).map(days => ({ enabled: true, days }) as const),
);
const metrics: fc.Arbitrary<MetricsSettings> = fc
  .tuple(
    retentionPolicy,
    fc.constantFrom(
      { enabled: false },
      { enabled: true, includeApis: true },
      { enabled: true, includeApis: false },
    ) as fc.Arbitrary<{ enabled: false } | { enabled: true; includeApis: boolean }>,
  )
  .map(([retention, kind]) => ({ version: '1.0', retentionPolicy: retention, ...kind }));
const settings: fc.Arbitrary<AnalyticsSettings> = fc.record({
  logging: fc.record({
    version: fc.constant('1.0' as const),
    read: fc.boolean(),
    write: fc.boolean(),
    delete: fc.boolean(),
    retentionPolicy,
  }),
  hourMetrics: metrics,
  minuteMetrics: metrics,
});

function bytes(document: string): Uint8Array {
  return Buffer.from(document, 'utf8');
}

describe('azureTablesPolicyDocument', () => {
  it('reads every valid policy as it has written it', () => {
    fc.assert(
      fc.property(policy, original => {
        expect(validate(original, azureTablesProfile)).toMatchObject([]);
        const result = azureTablesPolicyDocument.parse(bytes(azureTablesPolicyDocument.write(original)));
        expect(result).toMatchObject({ kind: 'policy', policy: original });
      }),
      RUNS,
    );
  });

  it('takes what is valid and nothing else', () => {
    const loose = fc.record({
      rules: fc.array(
        fc.record({
          allowedOrigins: fc.array(fc.constantFrom('*', 'a.com', 'http://*.a', 'a*', 'a b', '*.a'), {
            maxLength: 2,
          }),
          allowedMethods: fc.array(fc.constantFrom('GET', 'MERGE', 'get', 'TRACE'), { maxLength: 2 }),
          allowedHeaders: fc.array(fc.constantFrom('*', 'x-a', 'x-*', 'a*', 'b*', '*-a', 'x a'), {
            maxLength: 4,
          }),
          exposeHeaders: fc.array(fc.constantFrom('ETag', 'a:b'), { maxLength: 2 }),
          maxAgeSeconds: fc.constantFrom(0, 1, -1, 1.5, 2 ** 31, 2 ** 31 - 1),
        }),
        { maxLength: 6 },
      ),
    });
    fc.assert(
      fc.property(loose, candidate => {
        const result = azureTablesPolicyDocument.parse(bytes(azureTablesPolicyDocument.write(candidate)));
        const isValid = validate(candidate, azureTablesProfile).length === 0;
        expect(result.kind).toBe(isValid ? 'policy' : 'diagnostics');
      }),
      RUNS,
    );
  });
});

describe('writeServiceProperties', () => {
  it('writes what is read as the same again', () => {
    fc.assert(
      fc.property(policy, settings, (original, analytics) => {
        const document = writeServiceProperties(original, analytics, 'with-cors');
        expect(readServiceProperties(bytes(document), 'with-cors', [])).toMatchObject({
          kind: 'properties',
          properties: { policy: original, settings: analytics },
        });
      }),
      RUNS,
    );
  });

  it('writes the form before there was CORS, which is read as the same again', () => {
    fc.assert(
      fc.property(policy, settings, (original, analytics) => {
        const document = writeServiceProperties(original, analytics, 'before-cors');
        const { logging, hourMetrics } = analytics;
        expect(readServiceProperties(bytes(document), 'before-cors', ['Logging', 'Metrics'])).toMatchObject({
          kind: 'properties',
          properties: { settings: { logging, hourMetrics } },
        });
      }),
      RUNS,
    );
  });
});
