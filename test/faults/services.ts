import { cosHost } from '../support/cos-http.ts';
import { signedQingstorHeaders } from '../support/qingstor-http.ts';
import { cosAuthorization } from '../support/sign-cos.ts';
import type { State } from './history.ts';
import type { Answer, Call } from './http-client.ts';

export type ServiceId = 'cos' | 'qingstor' | 'azure-tables' | 'boomi';

/** What was read, or nothing where the gateway did not say. */
export type Seen = State | { readonly torn: string } | undefined;

/** How the policy of one service that carries the number of a write is written and read. */
export interface Service {
  readonly id: ServiceId;
  /** The name of a tenant, different for each number. */
  readonly tenantName: (number: number) => string;
  /** Of the neutral form. */
  readonly policy: (number: number) => { readonly rules: readonly object[] };
  /** The owner's signed request, where the service has one. */
  readonly put?: (tenant: string, number: number) => Call;
  /** A preflight that one of the rules answers. Left out where the answer does not tell the policy. */
  readonly preflight?: (tenant: string, rule: number) => Call;
}

/** How many rules each policy has. Every one of them carries the number. */
export const RULES = 3;

const originOf = (rule: number): string => `https://r${rule}.test`;
const markOf = (number: number): string => `x-write-${number}`;
const ruleNumbers = Array.from({ length: RULES }, (_, index) => index + 1);
const DAY_SECONDS = 24 * 60 * 60;

function marked(number: number): { readonly rules: readonly object[] } {
  return {
    rules: ruleNumbers.map(rule => ({
      allowedOrigins: [originOf(rule)],
      allowedMethods: ['GET'],
      allowedHeaders: [markOf(number)],
      exposeHeaders: [markOf(number)],
      maxAgeSeconds: number,
    })),
  };
}

function preflight(path: string, rule: number, host?: string): Call {
  const headers = { Origin: originOf(rule), 'Access-Control-Request-Method': 'GET' };
  return { method: 'OPTIONS', path, headers: host === undefined ? headers : { ...headers, Host: host } };
}

export const SERVICES: Readonly<Record<ServiceId, Service>> = {
  cos: {
    id: 'cos',
    tenantName: number => `faults-${number}-1250000000`,
    policy: marked,
    put: (tenant, number) => {
      const host = cosHost(tenant);
      const now = Math.floor(Date.now() / 1000);
      // Good for gateways whose clock has jumped.
      const validity = { start: now - 2 * DAY_SECONDS, end: now + 2 * DAY_SECONDS };
      const rules = ruleNumbers.map(
        rule =>
          `<CORSRule><AllowedOrigin>${originOf(rule)}</AllowedOrigin><AllowedMethod>GET</AllowedMethod>` +
          `<AllowedHeader>${markOf(number)}</AllowedHeader><ExposeHeader>${markOf(number)}</ExposeHeader>` +
          `<MaxAgeSeconds>${number}</MaxAgeSeconds></CORSRule>`,
      );
      const signed = { method: 'PUT', target: '/?cors', headers: { host } };
      return {
        method: 'PUT',
        path: '/?cors',
        headers: { Host: host, Authorization: cosAuthorization(signed, validity) },
        body: `<CORSConfiguration>${rules.join('')}</CORSConfiguration>`,
      };
    },
    preflight: (tenant, rule) => preflight('/key', rule, cosHost(tenant)),
  },
  qingstor: {
    id: 'qingstor',
    tenantName: number => `faults-${number}`,
    policy: marked,
    put: (tenant, number) => {
      const rules = ruleNumbers.map(rule => ({
        allowed_origin: originOf(rule),
        allowed_methods: ['GET'],
        allowed_headers: [markOf(number)],
        expose_headers: [markOf(number)],
        max_age_seconds: number,
      }));
      const target = `/${tenant}?cors`;
      const headers = signedQingstorHeaders({ method: 'PUT', target });
      return { method: 'PUT', path: target, headers, body: JSON.stringify({ cors_rules: rules }) };
    },
    preflight: (tenant, rule) => preflight(`/${tenant}/key`, rule),
  },
  'azure-tables': {
    id: 'azure-tables',
    tenantName: number => `faults${number}`,
    policy: marked,
    preflight: (tenant, rule) => preflight(`/${tenant}/table`, rule),
  },
  // Its preflights tell nothing but whether an origin is let in.
  boomi: {
    id: 'boomi',
    tenantName: number => `faults-${number}`,
    policy: number => ({
      rules: ruleNumbers.map(rule => ({
        allowedOrigins: [`https://${markOf(number)}.r${rule}.test`],
        allowedMethods: ['GET'],
      })),
    }),
  },
};

/** By which policy a preflight was answered. Not known when the gateway says that it cannot tell. */
export function readPreflight({ status, headers }: Answer): Seen {
  if (status >= 500) return undefined;
  const marks = ['access-control-expose-headers', 'access-control-allow-headers', 'access-control-max-age']
    .map(name => headers[name])
    .filter(value => value !== undefined)
    .map(value => String(value).replace(/^x-write-/, ''));
  return agreed(marks);
}

/** By the answer to a GET of the policy. */
export function readPolicyAnswer({ status, text }: Answer): Seen {
  if (status === 404) return 'absent';
  if (status !== 200) return undefined;
  const { policy } = JSON.parse(text) as { readonly policy: { readonly rules: readonly unknown[] } };
  return readPolicy(policy);
}

/** The number that all rules of a policy have. */
export function readPolicy(policy: { readonly rules: readonly unknown[] } | null): Seen {
  if (policy === null) return 'absent';
  if (policy.rules.length !== RULES) return { torn: `there are ${policy.rules.length} rules` };
  const marks = policy.rules.flatMap(rule => {
    const found = JSON.stringify(rule).matchAll(/x-write-(\d+)|"maxAgeSeconds":(\d+)/g);
    return Array.from(found, ([, mark, seconds]) => mark ?? seconds ?? '');
  });
  if (marks.length < RULES) return { torn: `only ${marks.length} marks in ${RULES} rules` };
  return agreed(marks);
}

function agreed(marks: readonly string[]): Seen {
  const different = new Set(marks);
  const [mark] = different;
  if (mark === undefined) return 'absent';
  if (different.size > 1 || !/^\d+$/.test(mark))
    return { torn: `one answer has the marks ${marks.join(', ')}` };
  return Number(mark);
}
