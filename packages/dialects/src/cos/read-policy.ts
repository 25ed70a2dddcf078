import { bodyDigestProblem } from '../body-digest.ts';
import type { ReadPolicyBody } from '../dialect.ts';
import type { Exchange } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { tellFindings } from '../tell-findings.ts';
import { cosConventions } from './conventions.ts';
import { type CosErrorCode, cosError } from './errors.ts';
import { cosPolicyDocument } from './policy-document.ts';

/** Reads the body of PUT Bucket cors. */
export function readCosPolicy(exchange: Exchange, body: Uint8Array): ReadPolicyBody {
  const { request } = exchange;
  if (body.length === 0) {
    const announced =
      headerValue(request, 'content-length') ?? headerValue(request, 'transfer-encoding') ?? undefined;
    return refuse(announced === undefined ? 'MissingContentLength' : 'MissingRequestBodyError');
  }
  const digest = bodyDigestProblem(exchange, body);
  if (digest) return { kind: 'refused', error: cosConventions.error(digest, exchange) };
  const parsed = cosPolicyDocument.parse(body);
  if (parsed.kind === 'policy') return parsed;
  return refuse('MalformedXML', tellFindings(parsed.diagnostics));
}

function refuse(code: CosErrorCode, message?: string): ReadPolicyBody {
  return { kind: 'refused', error: cosError(code, message) };
}
