import { type Diagnostic, diagnostic, type Policy, readPolicy, validate } from '@crossgate/core';
import type { Dialect } from '@crossgate/dialects';
import { invalidPolicy, problem } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import type { Refused } from './subject.ts';

const BODY_LIMIT_BYTES: number = 1024 * 1024;

/** The body of a request as JSON. */
export async function readJson(
  call: AdminCall,
  limitBytes: number = BODY_LIMIT_BYTES,
): Promise<{ readonly value: unknown } | Refused> {
  const body = await call.body(limitBytes);
  if (body === 'too-large') {
    const message = `a body has ${limitBytes / 1024} KiB at the most`;
    return { refused: problem(413, 'body-too-large', message) };
  }
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it cannot be read';
    return { refused: problem(400, 'json', `the body is not JSON: ${why}`) };
  }
}

/** The body of a request that stores a policy: the neutral form, of what the service takes. */
export async function readPolicyBody(
  call: AdminCall,
  dialect: Dialect,
): Promise<{ readonly policy: Policy } | Refused> {
  const body = await readJson(call);
  if ('refused' in body) return body;
  const read = readPolicy(body.value);
  const findings =
    read.kind === 'policy'
      ? [...validate(read.policy, dialect.profile), ...tooLarge(read.policy, dialect)]
      : read.diagnostics;
  return read.kind === 'policy' && findings.length === 0
    ? { policy: read.policy }
    : { refused: invalidPolicy(findings, 'the policy has errors, nothing was stored') };
}

/** The service's own document has a limit, and must be able to say what is stored. */
function tooLarge(policy: Policy, { policyApi }: Dialect): readonly Diagnostic[] {
  if (!policyApi) return [];
  const limit = policyApi.document.limitBytes;
  const isTooLarge = Buffer.byteLength(policyApi.document.write(policy)) > limit;
  return isTooLarge ? [diagnostic('document-too-large', [], { limit })] : [];
}
