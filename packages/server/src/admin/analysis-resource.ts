import {
  browserRequest,
  compare,
  comparisonJson,
  conversionJson,
  convertPolicy,
  type DescribedRequest,
  diagnosticJson,
  explainActual,
  explainPreflight,
  explanationJson,
  lint,
  newBudget,
  predictFetch,
  preflightRequest,
} from '@crossgate/core';
import { type AdminReply, invalidPolicy, json, problem } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import { readNamedPolicy, readUsablePolicy } from './policy-source.ts';
import { readJson } from './read-body.ts';
import { readShape } from './read-shape.ts';
import { COMPARE_BODY, CONVERT_BODY, EXPLAIN_BODY, POLICY_SOURCE, type RequestBody } from './schemas.ts';
import { findDialect } from './subject.ts';

/**
 * A fiftieth of what the command line affords: the process may serve requests meanwhile. The largest policies that a
 * service takes need less.
 */
const STEPS = 20_000;

/** `POST …/explain`: what is decided about a request, why, and what a browser makes of it. */
export async function explain(call: AdminCall): Promise<AdminReply> {
  const body = await readJson(call);
  if ('refused' in body) return body.refused;
  const shape = readShape(EXPLAIN_BODY, body.value);
  if ('refused' in shape) return shape.refused;
  const { request, ...named } = shape.value;
  const usable = readUsablePolicy(call, named);
  if ('refused' in usable) return usable.refused;
  const { compiled, source } = usable;
  const described = describe(request);
  if (typeof described === 'string') return problem(400, 'request', described);
  const { origin, method } = described;
  if (request.actual && !method) return problem(400, 'request', 'an actual request has a "method"');
  const responseHeaderNames = request.responseHeaders;
  const explanation = request.actual
    ? explainActual(compiled, { origin, method: method ?? '', responseHeaderNames })
    : explainPreflight(compiled, preflightRequest(described));
  const asked = browserRequest(described);
  const own = { status: 200, headers: responseHeaderNames.map(name => [name, ''] as const) };
  return json(200, explanationJson(explanation, asked && predictFetch(compiled, asked, own), source));
}

/** What is asked about, or what is wrong with it. */
function describe(request: RequestBody): DescribedRequest | string {
  const { origin, pageUrl, method, headers, credentials, url } = request;
  if (origin && pageUrl !== undefined) return 'give "origin" or "pageUrl", which has it';
  return {
    origin: (pageUrl === undefined ? origin : new URL(pageUrl).origin) ?? undefined,
    method: method ?? undefined,
    headers: Array.isArray(headers)
      ? headers.map(name => ({ name, value: undefined }))
      : Object.entries(headers).map(([name, value]) => ({ name, value })),
    credentials,
    ...(url !== undefined && { url }),
  };
}

/** `POST …/lint`: what is wrong or doubtful about a policy, what keeps it from being read included. */
export async function lintOne(call: AdminCall): Promise<AdminReply> {
  const body = await readJson(call);
  if ('refused' in body) return body.refused;
  const shape = readShape(POLICY_SOURCE, body.value);
  if ('refused' in shape) return shape.refused;
  const named = readNamedPolicy(call, shape.value);
  if ('refused' in named) return named.refused;
  const { dialect, read } = named;
  if (read.kind === 'diagnostics') return json(200, { diagnostics: read.diagnostics.map(diagnosticJson) });
  const findings = lint(read.policy, dialect.profile, newBudget(STEPS));
  return json(200, { diagnostics: (read.locate?.(findings) ?? findings).map(diagnosticJson) });
}

/** `POST …/compare`: what the new policy admits and the old one does not, the other way round, and other answers. */
export async function compareTwo(call: AdminCall): Promise<AdminReply> {
  const body = await readJson(call);
  if ('refused' in body) return body.refused;
  const shape = readShape(COMPARE_BODY, body.value);
  if ('refused' in shape) return shape.refused;
  const old = readUsablePolicy(call, shape.value.old);
  if ('refused' in old) return old.refused;
  const now = readUsablePolicy(call, shape.value.new);
  if ('refused' in now) return now.refused;
  const comparison = compare(old.compiled, now.compiled, newBudget(STEPS));
  return comparison.kind === 'limit'
    ? tooLarge(comparison.code, 'compare')
    : json(200, comparisonJson(comparison));
}

/** `POST …/convert`: the policy as another service can say it, and what is lost. */
export async function convert(call: AdminCall): Promise<AdminReply> {
  const body = await readJson(call);
  if ('refused' in body) return body.refused;
  const shape = readShape(CONVERT_BODY, body.value);
  if ('refused' in shape) return shape.refused;
  const { to: id, inexpressible, ...named } = shape.value;
  const to = findDialect(call.dialects, id);
  if ('refused' in to) return to.refused;
  const usable = readUsablePolicy(call, named);
  if ('refused' in usable) return usable.refused;
  const { policy, profile } = usable;
  const budget = newBudget(STEPS);
  const conversion = convertPolicy(policy, profile, to.profile, { inexpressible, budget });
  if (conversion.kind === 'limit') return tooLarge(conversion.code, 'convert');
  if (conversion.diagnostics.length > 0) {
    return invalidPolicy(conversion.diagnostics, `${to.title} does not take what is left of the policy`);
  }
  const document = to.policyApi?.document.write(conversion.policy) ?? null;
  return json(200, conversionJson(conversion, usable.source, document));
}

function tooLarge(code: string, verb: string): AdminReply {
  const message = `the wildcards are too entangled to be analysed while serving: use crossgate ${verb}`;
  return problem(422, code, message);
}
