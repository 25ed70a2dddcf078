import { type CredentialsMode, isToken, shorten } from '@crossgate/core';
import { z } from 'zod';
import type { RefusalOrder } from '../observed/refusals.ts';

/** What clients of the admin API send, and how it is checked. The OpenAPI document is made from it. */

/** Which policy is meant: one of `policy`, `tenant` and `candidate`. */
export interface PolicySourceBody {
  readonly dialect?: string | undefined;
  readonly policy?: string | Readonly<Record<string, unknown>> | undefined;
  readonly tenant?: string | undefined;
  readonly candidate?: string | undefined;
}

/** A request as somebody describes it. */
export interface RequestBody {
  readonly origin?: string | null | undefined;
  readonly pageUrl?: string | undefined;
  readonly method?: string | null | undefined;
  readonly headers: readonly string[] | Readonly<Record<string, string>>;
  readonly actual: boolean;
  readonly credentials: CredentialsMode;
  readonly url?: string | undefined;
  readonly responseHeaders: readonly string[];
}

const policySource = z.strictObject({
  dialect: z.string().optional().describe('The service that reads the policy: `cos`. Not with a stored one.'),
  policy: z
    .union([z.string(), z.record(z.string(), z.unknown())], {
      error: 'must be an object, or the document of the service as a string',
    })
    .optional()
    .describe("The neutral form as an object, or the service's own document as a string."),
  tenant: z.string().optional().describe('The stored policy of a tenant: `cos/examplebucket-1250000000`.'),
  candidate: z.string().optional().describe('The candidate of a tenant, named as in `tenant`.'),
});

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http: or https: URL' });

/** No host has more than 253 characters. The texts that come off the wire have a limit of their own. */
const ORIGIN_LENGTH = 2048;

const VALUES = 'give names with values as an object, {"content-type": "application/json"}';

function notAName(text: string): string {
  return `${JSON.stringify(shorten(text))} is not a header name`;
}

const request = z.strictObject({
  origin: z
    .string()
    .max(ORIGIN_LENGTH, `must have at most ${ORIGIN_LENGTH} characters`)
    .nullish()
    .describe('As in `Origin`; left out or null, there is none.'),
  pageUrl: httpUrl.optional().describe('The page, instead of its origin.'),
  method: z
    .string()
    .refine(text => text === '' || isToken(text), 'must be one method')
    .nullish()
    .describe('The method of the actual request, for which a preflight asks.'),
  headers: z
    .union([z.array(z.string()), z.record(z.string(), z.string())], {
      error: 'must be a list of names, or an object of names and values',
    })
    .superRefine((headers, { addIssue }) => {
      const names = Array.isArray(headers) ? headers : Object.keys(headers);
      const wrong = names.find(name => !isToken(name));
      if (wrong !== undefined) addIssue({ code: 'custom', message: `${notAName(wrong)}: ${VALUES}` });
    })
    .default([])
    .describe('What the page sets: names, or names with values. Those with a value are asked for if needed.'),
  actual: z.boolean().default(false).describe('The request itself rather than its preflight.'),
  credentials: z.enum(['omit', 'same-origin', 'include']).default('same-origin'),
  url: httpUrl.optional().describe('What is fetched; left out, something of another origin.'),
  responseHeaders: z
    .array(z.string().refine(isToken, { error: ({ input }) => notAName(String(input)) }))
    .default([])
    .describe("Names of the headers of the service's answer, for services that expose by what is there."),
});

export const POLICY_SOURCE: z.ZodType<PolicySourceBody> = policySource;

export const EXPLAIN_BODY: z.ZodType<PolicySourceBody & { readonly request: RequestBody }> =
  policySource.extend({ request });

export const COMPARE_BODY: z.ZodType<{ readonly old: PolicySourceBody; readonly new: PolicySourceBody }> =
  z.strictObject({ old: policySource, new: policySource });

export const CONVERT_BODY: z.ZodType<
  PolicySourceBody & { readonly to: string; readonly inexpressible: 'leave-out' | 'widen' }
> = policySource.extend({
  to: z.string().describe('The service that the policy is written for.'),
  inexpressible: z
    .enum(['leave-out', 'widen'])
    .default('leave-out')
    .describe('A rule that the service would read as allowing more headers: leave it out, or let it.'),
});

export const LOG_IN: z.ZodType<{ readonly token: string }> = z.strictObject({
  token: z.string().min(1, 'must not be empty').describe('One of `admin.tokens`.'),
});

export const PROMOTION: z.ZodType<{
  readonly policyRevision: number | null;
  readonly candidateRevision: number;
}> = z.strictObject({
  policyRevision: z.int().min(0).nullable().describe('The policy that is replaced; null: there is none.'),
  candidateRevision: z.int().min(0),
});

export const REFUSALS_QUERY: z.ZodType<{ readonly order: RefusalOrder; readonly limit: number }> =
  z.strictObject({
    order: z.enum(['newest', 'most-frequent']).default('newest'),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  });
