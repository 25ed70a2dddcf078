import type { Policy } from '@crossgate/core';
import type { PolicyRevision, WriteResult } from '@crossgate/policy-store';
import { vi } from 'vitest';

/** A policy that a number tells from others. */
export function numberedPolicy(maxAgeSeconds: number, ...allowedHeaders: readonly string[]): Policy {
  return {
    rules: [
      {
        allowedOrigins: ['https://a.test'],
        allowedMethods: ['GET'],
        allowedHeaders,
        exposeHeaders: [],
        maxAgeSeconds,
      },
    ],
  };
}

export function numberOf(revision: PolicyRevision | undefined): number | undefined {
  return revision?.policy?.rules[0]?.maxAgeSeconds;
}

/** The revision of a write that must have happened. */
export function written(result: WriteResult): number {
  if (result.kind !== 'written') throw new Error(`expected a write, got ${JSON.stringify(result)}`);
  return result.revision;
}

export function eventually(assertion: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(assertion, { timeout: 15_000, interval: 10 });
}
