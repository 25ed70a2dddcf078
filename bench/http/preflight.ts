import type { Policy } from '@crossgate/core';
import { headerOf, type RawAnswer, type RawRequest } from '../harness/raw-answer.ts';
import { insist } from '../harness/refusal.ts';

/** What everybody allows: one origin for each rule. */
export const ORIGINS: readonly string[] = Array.from({ length: 100 }, (_, n) => originOf(n));
export const METHODS = ['GET', 'POST', 'DELETE'] as const;
export const HEADERS = ['authorization', 'content-type'] as const;
export const MAX_AGE_SECONDS = 600;

/** Of one length, so that all answers have one length. */
function originOf(n: number): string {
  return `https://app.tenant-${String(n).padStart(3, '0')}.example.com`;
}

const STRANGER = originOf(999);

/** How many different origins ask: spread evenly over the policy. */
const ASKING = 16;

export const ASKING_ORIGINS: readonly string[] = Array.from({ length: ASKING }, (_, i) =>
  originOf(Math.floor(((i + 0.5) * ORIGINS.length) / ASKING)),
);

/** A service as clients of the benchmark address it. */
export interface Service {
  readonly dialect: string;
  readonly tenant: string;
  readonly host: string;
  readonly path: string;
  readonly policy: Policy;
}

const RULES: Policy = {
  rules: ORIGINS.map((origin, n) => ({
    id: `rule-${n}`,
    allowedOrigins: [origin],
    allowedMethods: METHODS,
    allowedHeaders: HEADERS,
    exposeHeaders: ['ETag'],
    maxAgeSeconds: MAX_AGE_SECONDS,
  })),
};

/** Boomi's rules have neither headers nor an age: what it answers is fixed. */
const PLAIN_RULES: Policy = {
  rules: ORIGINS.map(origin => ({
    allowedOrigins: [origin],
    allowedMethods: METHODS,
    allowedHeaders: [],
    exposeHeaders: [],
  })),
};

export const SERVICES: readonly Service[] = [
  {
    dialect: 'cos',
    tenant: 'bench-1250000000',
    host: 'bench-1250000000.cos.ap-guangzhou.myqcloud.com',
    path: '/photos/2026/harbour.jpg',
    policy: RULES,
  },
  {
    dialect: 'qingstor',
    tenant: 'bench-bucket',
    host: 'bench-bucket.pek3a.qingstor.com',
    path: '/photos/2026/harbour.jpg',
    policy: RULES,
  },
  {
    dialect: 'azure-tables',
    tenant: 'devstoreaccount1',
    host: '127.0.0.1',
    path: '/devstoreaccount1/photos',
    policy: RULES,
  },
  {
    dialect: 'boomi',
    tenant: 'account-123456',
    host: 'api.boomi.com',
    path: '/api/rest/v1/account-123456/Process/query',
    policy: PLAIN_RULES,
  },
];

/** A preflight as Chromium sends it. */
export function preflight(service: Pick<Service, 'host' | 'path'>, origin: string): RawRequest {
  return {
    method: 'OPTIONS',
    path: service.path,
    headers: {
      Host: service.host,
      Connection: 'keep-alive',
      Accept: '*/*',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': HEADERS.join(','),
      Origin: origin,
      'User-Agent':
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
      'Sec-Fetch-Mode': 'cors',
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Dest': 'empty',
      Referer: `${origin}/`,
      'Accept-Encoding': 'gzip, deflate, br, zstd',
      'Accept-Language': 'en-US,en;q=0.9',
    },
  };
}

export type Ask = (request: RawRequest) => Promise<RawAnswer>;

/**
 * Whether a server lets in whom it must, and says so, and does not let in a stranger.
 *
 * @returns the answer to the first of the asking origins, whose length the answers to all others have
 * @throws Refusal
 */
export async function checkPreflights(name: string, service: Service, ask: Ask): Promise<RawAnswer> {
  const answers: RawAnswer[] = [];
  for (const origin of ASKING_ORIGINS) {
    const answer = await ask(preflight(service, origin));
    checkAllowed(name, answer, origin);
    answers.push(answer);
  }
  const [first] = answers;
  const lengths = new Set(answers.map(({ byteLength }) => byteLength));
  insist(first !== undefined && lengths.size === 1, () => `${name}: the answers differ in length`);
  const refused = await ask(preflight(service, STRANGER));
  const allowed = headerOf(refused.headers, 'access-control-allow-origin');
  insist(allowed !== STRANGER && allowed !== '*', () => `${name} lets in ${STRANGER}, a stranger`);
  return first;
}

/** @throws Refusal */
export function checkAllowed(name: string, { status, headers }: RawAnswer, origin: string): void {
  const value = (header: string): string => headerOf(headers, header) ?? '';
  insist(status >= 200 && status < 300, () => `${name} answers a preflight with ${status}`);
  const allowed = value('access-control-allow-origin');
  insist(allowed === origin, () => `${name} answers ${origin} with the origin \`${allowed}\``);
  const methods = elements(value('access-control-allow-methods'));
  insist(methods.has('post'), () => `${name} does not allow POST`);
  const names = elements(value('access-control-allow-headers'));
  for (const wanted of HEADERS)
    insist(names.has(wanted), () => `${name} does not allow the header ${wanted}`);
}

function elements(list: string): ReadonlySet<string> {
  return new Set(list.split(',').map(element => element.trim().toLowerCase()));
}
