import {
  browserRequest,
  type CompiledPolicy,
  type DescribedRequest,
  type ExplanationJson,
  explainActual,
  explainPreflight,
  explanationJson,
  predictFetch,
} from '@crossgate/core';
import type { Dialect } from '@crossgate/dialects';
import { openCompiledPolicies } from '../compiled-policies.ts';
import { mergeRefusals, type Refusal, type RefusalQuery } from '../observed/refusals.ts';
import { type AdminReply, json } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import { instant } from './instant.ts';
import { readShape } from './read-shape.ts';
import { REFUSALS_QUERY } from './schemas.ts';
import { subjectOf } from './subject.ts';

/** `GET …/refusals` of a tenant: each with its explanation by the policy in force now. */
export async function listTenantRefusals(call: AdminCall): Promise<AdminReply> {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const query = readShape(REFUSALS_QUERY, Object.fromEntries(call.query));
  if ('refused' in query) return query.refused;
  const refusals = await recentRefusals(call, { ...query.value, ...subject.key });
  const explain = explainer(call, subject.dialect);
  return json(200, {
    ...subject.key,
    refusals: refusals.map(refusal => {
      const explanation = explain(refusal);
      return { ...shown(refusal), admittedNow: isAdmitted(explanation), explanation };
    }),
  });
}

/** `GET /api/v1/refusals`: those of all tenants. */
export async function listRefusals(call: AdminCall): Promise<AdminReply> {
  const query = readShape(REFUSALS_QUERY, Object.fromEntries(call.query));
  if ('refused' in query) return query.refused;
  const refusals = await recentRefusals(call, query.value);
  const explainers = new Map(call.dialects.map(dialect => [dialect.id, explainer(call, dialect)]));
  return json(200, {
    refusals: refusals.map(refusal => {
      const { dialect, tenant } = refusal;
      const explanation = explainers.get(dialect)?.(refusal) ?? null;
      return { dialect, tenant, ...shown(refusal), admittedNow: isAdmitted(explanation) };
    }),
  });
}

async function recentRefusals({ ask }: AdminCall, query: RefusalQuery): Promise<readonly Refusal[]> {
  return mergeRefusals(await ask({ kind: 'refusals', query }), query);
}

function shown({ kind, origin, method, reason, count, firstSeen, lastSeen, sample }: Refusal): object {
  return {
    kind,
    origin,
    method,
    reason,
    count,
    firstSeen: instant(firstSeen),
    lastSeen: instant(lastSeen),
    sample,
  };
}

function isAdmitted(explanation: ExplanationJson | null): boolean | null {
  return explanation && explanation.decision.kind === 'allowed';
}

/** Explains refusals of a dialect's tenants; null where not enough is left of the request. */
function explainer(
  { policies, log }: AdminCall,
  dialect: Dialect,
): (refusal: Refusal) => ExplanationJson | null {
  const compiled = openCompiledPolicies(policies, dialect.profile, log);
  return refusal => {
    const { tenant, sample } = refusal;
    if (sample.isCut) return null;
    return explain(compiled.get({ dialect: dialect.id, tenant }) ?? compiled.none, refusal);
  };
}

function explain(policy: CompiledPolicy, { kind, origin, method, sample }: Refusal): ExplanationJson {
  const requestHeaders = sample.requestHeaders ?? undefined;
  const names = (requestHeaders ?? '').split(',').map(name => name.trim());
  const described: DescribedRequest = {
    origin: origin ?? undefined,
    method: method ?? undefined,
    headers: names.filter(name => name !== '').map(name => ({ name, value: undefined })),
    credentials: 'same-origin',
  };
  const request = browserRequest(described);
  const explanation =
    kind === 'actual'
      ? explainActual(policy, { origin: described.origin, method: method ?? '' })
      : explainPreflight(policy, {
          origin: described.origin,
          requestMethod: described.method,
          requestHeaders,
        });
  return explanationJson(explanation, request && predictFetch(policy, request), {});
}
