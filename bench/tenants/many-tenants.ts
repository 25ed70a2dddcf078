import type { Policy } from '@crossgate/core';
import { openLmdbPolicyStore } from '@crossgate/policy-store';
import type { RawRequest } from '../harness/raw-answer.ts';

/** As many digits as the tenants need: all requests and all answers have one length. */
const DIGITS = 7;

/** Where a request has the number of its tenant. */
export const TENANT_MARK = '{tenant}';

export function numberOf(n: number): string {
  return String(n).padStart(DIGITS, '0');
}

/** A site and its previews, and everybody for what is public. */
function policyOf(n: number): Policy {
  const number = numberOf(n);
  return {
    rules: [
      {
        id: 'site',
        allowedOrigins: [`https://app.t${number}.example.com`, `https://*.t${number}.example.org`],
        allowedMethods: ['GET', 'POST', 'DELETE'],
        allowedHeaders: ['authorization', 'content-type'],
        exposeHeaders: ['ETag'],
        maxAgeSeconds: 600,
      },
      {
        id: 'public',
        allowedOrigins: ['https://www.example.com'],
        allowedMethods: ['GET'],
        allowedHeaders: ['*'],
        exposeHeaders: ['ETag'],
        maxAgeSeconds: 600,
      },
    ],
  };
}

/** Writes at once share a commit. */
const AT_ONCE = 10_000;

/** Fills a store as its users do: every policy has its revision and its history. */
export async function fillStore(directory: string, count: number): Promise<void> {
  const store = openLmdbPolicyStore({ directory, cacheEntries: 2 });
  for (let first = 0; first < count; first += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - first);
    await Promise.all(
      Array.from({ length }, (_, i) =>
        store.put({ dialect: 'cos', tenant: `t${numberOf(first + i)}-1250000000` }, policyOf(first + i)),
      ),
    );
  }
  await store.close();
}

/** A preflight of the tenant's site, or of another's. */
export function tenantPreflight(tenant: string, site: string = tenant): RawRequest {
  return {
    method: 'OPTIONS',
    path: '/photos/2026/harbour.jpg',
    headers: {
      Host: `t${tenant}-1250000000.cos.ap-guangzhou.myqcloud.com`,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
      Origin: `https://app.t${site}.example.com`,
      Accept: '*/*',
      'User-Agent': 'bench',
    },
  };
}
