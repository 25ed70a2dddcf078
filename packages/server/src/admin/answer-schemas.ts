import { ROLES } from '@crossgate/dialects';
import { z } from 'zod';

/** What the admin API answers, for the OpenAPI document. The tests hold answers to it. */

const revision = z.int().min(0).describe('Counted over all tenants; never used twice.');
const instant = z.iso.datetime();
const tenantKey = { dialect: z.string(), tenant: z.string() };
const index = z.int().min(0);
const path = z.array(z.union([z.string(), index])).describe('Names and indexes from the root of the policy.');
const names = z.array(z.string());

const rule = z.strictObject({
  id: z.string().optional(),
  allowedOrigins: names,
  allowedMethods: names,
  allowedHeaders: names.optional(),
  exposeHeaders: names.optional(),
  maxAgeSeconds: z.number().optional(),
});

const policy = z.strictObject({ rules: z.array(rule), vary: z.boolean().optional() });

const revisionOfPolicy = z.strictObject({
  ...tenantKey,
  revision,
  writtenAt: instant,
  policy: policy.nullable().describe('Null where the revision is a deletion.'),
});

const position = z.strictObject({ line: z.int().min(1), column: z.int().min(1) });
const span = z.strictObject({ start: position, end: position.nullable() });

const witnessRequest = z.strictObject({ origin: z.string(), method: z.string(), headers: names });

const witness = z.strictObject({
  ...witnessRequest.shape,
  browser: z
    .boolean()
    .describe('Whether a page in a browser can send it; if not, none can send any that shows the same.'),
});

const diagnostic = z.strictObject({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  path,
  span: span.nullable(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
  help: z.string(),
  witness: witnessRequest.optional(),
});

const error = z.strictObject({
  error: z.looseObject({ code: z.string(), message: z.string() }),
});

const conflict = z.strictObject({
  error: z.strictObject({
    code: z.literal('revision-conflict'),
    message: z.string(),
    current: revisionOfPolicy.nullable(),
  }),
});

const policyInvalid = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    count: z.int().optional(),
    diagnostics: z.array(diagnostic).optional().describe('The first hundred.'),
  }),
});

const reason = z
  .string()
  .describe('`origin-not-allowed`, `method-not-allowed`, `headers-not-allowed`, `no-rules`, …');

const decision = z.strictObject({
  kind: z.enum(['allowed', 'refused', 'malformed', 'not-cors']),
  rule: index.nullable().describe('The rule that decided, counted from 0.'),
  headers: z.record(z.string(), z.string()).describe('What the answer has because of the policy.'),
  reason: reason.nullable(),
});

const nearMiss = z.strictObject({ kind: z.string(), index, text: z.string() });

const criterion = z.strictObject({
  value: z.string(),
  match: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('entry'), index, text: z.string() }),
    z.strictObject({ kind: z.literal('any'), index, text: z.literal('*') }),
    z.strictObject({ kind: z.literal('none'), nearMisses: z.array(nearMiss) }),
    z.strictObject({ kind: z.literal('not-compared') }),
  ]),
});

const explainedRule = z.strictObject({
  rule: index,
  outcome: z.enum([
    'chosen',
    'chosen-refuses-headers',
    'origin-not-allowed',
    'method-not-allowed',
    'headers-not-allowed',
    'not-reached',
  ]),
  origin: criterion,
  methods: z.array(criterion),
  headers: z.array(criterion),
  span: span.nullable(),
});

const edit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['add-origin', 'add-method', 'add-header']), path, value: z.string() }),
  z.strictObject({ kind: z.literal('add-rule'), path, value: rule }),
]);

const nearest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('edits'),
    rule: index.nullable(),
    edits: z.array(edit),
    takesOver: z.boolean().describe('Whether requests that other rules answer may then be answered by it.'),
  }),
  z.strictObject({
    kind: z.literal('impossible'),
    rule: index.nullable(),
    obstacles: z.array(z.looseObject({ kind: z.string() })),
  }),
]);

const blocked = z.strictObject({
  kind: z.literal('blocked'),
  phase: z.enum(['request', 'preflight', 'actual']),
  step: z.string(),
  citation: z.string(),
  help: z.string(),
});

const browser = z.strictObject({
  preflight: z
    .strictObject({
      causes: z.array(z.looseObject({ kind: z.enum(['method', 'header']) })),
      requestHeaders: names,
      status: z.int(),
      verdict: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('passed'), maxAgeSeconds: z.number() }),
        blocked,
      ]),
    })
    .nullable(),
  verdict: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('readable'), status: z.int(), exposedHeaders: names }),
    z.strictObject({ kind: z.literal('redirected'), location: z.string(), pageOrigin: z.string() }),
    blocked,
  ]),
});

const explanation = z.strictObject({
  decision,
  rules: z.array(explainedRule),
  nearest: nearest.nullable(),
  browser: browser.nullable(),
});

const comparison = z.strictObject({
  access: z.enum(['equivalent', 'wider', 'narrower', 'incomparable']),
  gained: witness.nullable(),
  lost: witness.nullable(),
  answers: z.array(
    z.strictObject({
      request: z.enum(['preflight', 'actual']),
      header: z.string(),
      old: z.string().nullable(),
      new: z.string().nullable(),
      witness,
      responseHeaderNames: names,
      widens: z
        .boolean()
        .describe('Whether credentials are newly allowed, or a response header can newly be read.'),
    }),
  ),
});

const loss = z.strictObject({
  path,
  code: z.string(),
  value: z.union([z.string(), z.number()]).optional(),
  example: z.string().optional(),
  span: span.nullable(),
  message: z.string(),
});

const seen = { count: z.int().min(1), firstSeen: instant, lastSeen: instant };

const refusal = {
  kind: z.enum(['preflight', 'actual']),
  origin: z.string().nullable(),
  method: z.string().nullable(),
  reason,
  ...seen,
  sample: z.strictObject({
    requestId: z.string(),
    path: z.string(),
    requestHeaders: z.string().nullable(),
    status: z.int(),
    isCut: z.boolean().describe('Whether something that the decision depends on was too long to be kept.'),
  }),
  admittedNow: z.boolean().nullable().describe('By the policy in force; null when the request was cut.'),
};

const outcome = z.strictObject({ kind: z.enum(['allowed', 'refused']), reason: reason.nullable() });

/** By the name that each has in the document. */
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  Policy: policy,
  Revision: revisionOfPolicy,
  Written: z.strictObject({ ...tenantKey, revision }),
  History: z.strictObject({ revisions: z.array(revisionOfPolicy).describe('Newest first.') }),
  Services: z.strictObject({
    services: z.array(
      z.strictObject({
        dialect: z.string(),
        title: z.string(),
        tenantNoun: z.string(),
        origin: z.string().nullable().describe('Of its listener; null where it is not served.'),
        example: z.strictObject({ tenant: z.string(), path: z.string() }),
        hasDocument: z.boolean().describe('Whether policies of it have a form of their own.'),
        profile: z
          .looseObject({ dialect: z.string() })
          .describe('How it reads policies and answers: `Profile` of `@crossgate/core`.'),
      }),
    ),
  }),
  Tenants: z.strictObject({
    tenants: z.array(
      z.strictObject({
        ...tenantKey,
        ruleCount: z.int().min(0),
        revision: revision.nullable(),
        writtenAt: instant.nullable(),
      }),
    ),
  }),
  Traffic: z.strictObject({
    traffic: z.array(
      z.strictObject({
        ...tenantKey,
        requests: z.int().min(0).describe('Since the server was started, preflights included.'),
        preflights: z.int().min(0),
        refused: z.int().min(0),
      }),
    ),
  }),
  Session: z.strictObject({
    access: z
      .enum(['loopback', 'token'])
      .describe('Whether everybody on this machine is let in, or who shows a token.'),
    name: z.string().nullable().describe('Of the token; null where none is needed.'),
    role: z.enum(ROLES),
    endsAt: instant.nullable().describe('When the session ends at the latest; null where there is none.'),
  }),
  SessionEnded: z.strictObject({ ended: z.boolean().describe('Whether there was one.') }),
  Error: error,
  Conflict: conflict,
  PolicyInvalid: policyInvalid,
  Diagnostic: diagnostic,
  Witness: witness,
  WitnessRequest: witnessRequest,
  Explanation: explanation,
  Findings: z.strictObject({ diagnostics: z.array(diagnostic) }),
  Comparison: comparison,
  Conversion: z.strictObject({
    policy,
    document: z.string().nullable().describe("In the service's own form; null where it has none."),
    losses: z.array(loss),
    comparison,
  }),
  Refusals: z.strictObject({ refusals: z.array(z.strictObject({ ...tenantKey, ...refusal })) }),
  TenantRefusals: z.strictObject({
    ...tenantKey,
    refusals: z.array(z.strictObject({ ...refusal, explanation: explanation.nullable() })),
  }),
  CandidateReport: z.strictObject({
    ...tenantKey,
    policyRevision: revision.nullable(),
    candidateRevision: revision,
    evaluated: z.int().min(0),
    differing: z.int().min(0),
    samples: z.array(
      z.strictObject({
        kind: z.enum(['preflight', 'actual']),
        origin: z.string(),
        method: z.string(),
        requestHeaders: z.string().nullable(),
        outcome: z.enum(['gained', 'lost', 'answer']),
        old: outcome,
        new: outcome,
        headers: names.describe('The headers whose values differ, where both let it in.'),
        ...seen,
      }),
    ),
  }),
  OpenApi: z.looseObject({ openapi: z.string() }),
};

/** The JSON Schemas of answers by name, each for `#/components/schemas/`. */
export function answerSchemas(): Readonly<Record<string, object>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: id => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, embedded(schema)]));
}

/** A schema as a part of another document has neither a dialect nor an address of its own. */
export function embedded(schema: object): object {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));
}
