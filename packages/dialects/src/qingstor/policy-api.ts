import type { DiagnosticCode } from '@crossgate/core';
import { bodyDigestProblem } from '../body-digest.ts';
import type { PolicyApi, ReadPolicyBody } from '../dialect.ts';
import type { Exchange } from '../exchange.ts';
import { tellFindings } from '../tell-findings.ts';
import { qingstorConventions } from './conventions.ts';
import { type QingstorErrorCode, qingstorError } from './errors.ts';
import { qingstorPolicyDocument } from './policy-document.ts';
import { emptyReply, jsonReply, qingstorErrorReply } from './responses.ts';

/** PUT, GET and DELETE Bucket CORS. */
export const qingstorPolicyApi: PolicyApi = {
  document: qingstorPolicyDocument,
  read,
  replies: {
    read: (exchange, stored) =>
      stored
        ? jsonReply(200, qingstorPolicyDocument.write(stored.policy))
        : qingstorErrorReply(exchange, qingstorError('cors_not_exists')),
    stored: () => emptyReply(200),
    deleted: () => emptyReply(204),
  },
};

/** Findings about the document itself; the others are about what it says. */
const UNREADABLE: ReadonlySet<DiagnosticCode> = new Set(['document-malformed', 'field-repeated']);
const MISSHAPEN: ReadonlySet<DiagnosticCode> = new Set(['field-unknown', 'field-missing', 'field-type']);

function read(exchange: Exchange, body: Uint8Array): ReadPolicyBody {
  const digest = bodyDigestProblem(exchange, body);
  if (digest) return { kind: 'refused', error: qingstorConventions.error(digest, exchange) };
  const parsed = qingstorPolicyDocument.parse(body);
  if (parsed.kind === 'policy') return { kind: 'update', policy: parsed.policy };
  const codes = parsed.diagnostics.map(({ code }) => code);
  return { kind: 'refused', error: qingstorError(errorCode(codes), tellFindings(parsed.diagnostics)) };
}

function errorCode(codes: readonly DiagnosticCode[]): QingstorErrorCode {
  if (codes.some(code => UNREADABLE.has(code))) return 'invalid_json';
  return codes.some(code => MISSHAPEN.has(code)) ? 'invalid_request' : 'invalid_argument';
}
