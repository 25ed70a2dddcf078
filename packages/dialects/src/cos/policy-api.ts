import { bodyDigestProblem } from '../body-digest.ts';
import type { PolicyApi, ReadPolicyBody } from '../dialect.ts';
import type { Exchange } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { tellFindings } from '../tell-findings.ts';
import { cosConventions } from './conventions.ts';
import { type CosErrorCode, cosError } from './errors.ts';
import { cosPolicyDocument } from './policy-document.ts';
import { cosErrorReply, EMPTY, xmlReply } from './responses.ts';

/** PUT, GET and DELETE Bucket cors. */
export const cosPolicyApi: PolicyApi = {
  document: cosPolicyDocument,
  read,
  replies: {
    read: (exchange, stored) =>
      stored
        ? xmlReply(200, cosPolicyDocument.write(stored.policy))
        : cosErrorReply(exchange, cosError('NoSuchCORSConfiguration')),
    stored: () => ({ status: 200, headers: EMPTY }),
    deleted: () => ({ status: 204, headers: [] }),
  },
};

function read(exchange: Exchange, body: Uint8Array): ReadPolicyBody {
  const { request } = exchange;
  if (body.length === 0) {
    const announced =
      headerValue(request, 'content-length') ?? headerValue(request, 'transfer-encoding') ?? undefined;
    return refuse(announced === undefined ? 'MissingContentLength' : 'MissingRequestBodyError');
  }
  const digest = bodyDigestProblem(exchange, body);
  if (digest) return { kind: 'refused', error: cosConventions.error(digest, exchange) };
  const parsed = cosPolicyDocument.parse(body);
  if (parsed.kind === 'policy') return { kind: 'update', policy: parsed.policy };
  return refuse('MalformedXML', tellFindings(parsed.diagnostics));
}

function refuse(code: CosErrorCode, message?: string): ReadPolicyBody {
  return { kind: 'refused', error: cosError(code, message) };
}
