import { type Diagnostic, diagnosticJson, type ResponseHeader } from '@crossgate/core';

/** An answer of the admin API. */
export interface AdminReply {
  readonly status: number;
  readonly headers: readonly ResponseHeader[];
  readonly body: string | Uint8Array;
  /** Of the error, where it is one. */
  readonly code?: string;
}

export function text(status: number, body: string, type = 'text/plain; charset=utf-8'): AdminReply {
  return {
    status,
    headers: [
      ['Content-Type', type],
      ['Content-Length', String(Buffer.byteLength(body))],
      ['Cache-Control', 'no-store'],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body,
  };
}

export function json(status: number, value: unknown, headers: readonly ResponseHeader[] = []): AdminReply {
  const reply = text(status, `${JSON.stringify(value)}\n`, 'application/json; charset=utf-8');
  return { ...reply, headers: [...reply.headers, ...headers] };
}

/** An error: `{"error":{"code","message"}}`, and what else helps the client. */
export function problem(
  status: number,
  code: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): AdminReply {
  return { ...json(status, { error: { code, message, ...more } }), code };
}

/** The first ones: one who mends these meets the rest. */
const FINDINGS_SHOWN = 100;

/** A policy that has errors: each as data, and as a line for a person. */
export function invalidPolicy(diagnostics: readonly Diagnostic[], message: string): AdminReply {
  return problem(422, 'policy-invalid', message, {
    count: diagnostics.length,
    diagnostics: diagnostics.slice(0, FINDINGS_SHOWN).map(diagnosticJson),
  });
}
