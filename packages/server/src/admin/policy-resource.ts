import { type Diagnostic, diagnostic, type Policy, readPolicy, validate } from '@crossgate/core';
import { DIALECTS, type Dialect, dialectById } from '@crossgate/dialects';
import type { Expected, PolicyRevision, TenantKey, WriteResult } from '@crossgate/policy-store';
import { type AdminReply, invalidPolicy, json, problem } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';

/** A policy as the API shows it. `policy` is null where the revision is a deletion. */
function shown({ key, revision, policy, writtenAt }: PolicyRevision): object {
  return { ...key, revision, writtenAt: new Date(writtenAt).toISOString(), policy: policy ?? null };
}

function etag(revision: number): readonly ['ETag', string] {
  return ['ETag', `"${revision}"`];
}

type Subject = { readonly dialect: Dialect; readonly key: TenantKey } | { readonly refused: AdminReply };

function subjectOf({ path }: AdminCall): Subject {
  const { dialect: id = '', tenant = '' } = { ...path };
  const dialect = dialectById(id);
  if (!dialect) {
    const known = DIALECTS.map(candidate => candidate.id).join(', ');
    return { refused: problem(404, 'dialect-unknown', `there is no service ${id}; known: ${known}`) };
  }
  if (!dialect.isTenantName(tenant)) {
    const message = `${tenant} cannot be the name of a ${dialect.tenantNoun} of ${dialect.title}`;
    return { refused: problem(400, 'tenant-name', message) };
  }
  return { dialect, key: { dialect: dialect.id, tenant } };
}

function noPolicy(key: TenantKey): AdminReply {
  return problem(404, 'policy-absent', `${key.dialect}/${key.tenant} has no policy`);
}

/** `GET …/policy`: the policy in force, with its revision as ETag. */
export function getPolicy(call: AdminCall): AdminReply {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const stored = call.policies.get(subject.key);
  return stored ? json(200, shown(stored), [etag(stored.revision)]) : noPolicy(subject.key);
}

/** `GET …/policy/history`: revisions, newest first. */
export function listHistory(call: AdminCall): AdminReply {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const revisions = call.policies.history(subject.key);
  return revisions.length === 0 ? noPolicy(subject.key) : json(200, { revisions: revisions.map(shown) });
}

/** `PUT …/policy`: the neutral form. With `If-Match` only over that revision, with `If-None-Match: *` only the first. */
export async function putPolicy(call: AdminCall): Promise<AdminReply> {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const expected = expectation(call);
  if (expected === 'malformed') return malformedCondition();
  const body = await call.body();
  if (body === 'too-large') return problem(413, 'body-too-large', 'a policy has 1 MiB at the most');
  const value = parseJson(body);
  if (value.kind === 'malformed') return problem(400, 'json', `the body is not JSON: ${value.message}`);
  const read = readPolicy(value.value);
  if (read.kind === 'diagnostics') return invalidPolicy(read.diagnostics);
  const findings = [
    ...validate(read.policy, subject.dialect.profile),
    ...tooLarge(read.policy, subject.dialect),
  ];
  if (findings.length > 0) return invalidPolicy(findings);
  return written(subject.key, await call.policies.put(subject.key, read.policy, expected));
}

/** The service's own document has a limit, and must be able to say what is stored. */
function tooLarge(policy: Policy, { policyApi }: Dialect): readonly Diagnostic[] {
  if (!policyApi) return [];
  const limit = policyApi.document.limitBytes;
  const isTooLarge = Buffer.byteLength(policyApi.document.write(policy)) > limit;
  return isTooLarge ? [diagnostic('document-too-large', [], { limit })] : [];
}

/** `DELETE …/policy`. A tenant that has other settings keeps them, with a policy without rules. */
export async function deletePolicy(call: AdminCall): Promise<AdminReply> {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const expected = expectation(call);
  if (expected === 'malformed') return malformedCondition();
  const { policies } = call;
  const { key } = subject;
  const result = policies.get(key)?.settings
    ? await policies.put(key, { rules: [] }, expected)
    : await policies.delete(key, expected);
  return written(key, result);
}

function written(key: TenantKey, result: WriteResult): AdminReply {
  switch (result.kind) {
    case 'written':
      return json(200, { ...key, revision: result.revision }, [etag(result.revision)]);
    case 'absent':
      return noPolicy(key);
    case 'conflict': {
      const current = result.current ? shown(result.current) : null;
      const message = result.current
        ? `the policy has changed: it is at revision ${result.current.revision} now`
        : 'the policy has been deleted';
      return problem(412, 'revision-conflict', message, { current });
    }
    default:
      return result satisfies never;
  }
}

function expectation({ headers }: AdminCall): Expected | 'malformed' | undefined {
  const { 'if-match': condition, 'if-none-match': exclusion } = headers;
  if (exclusion !== undefined) return exclusion === '*' && condition === undefined ? 'absent' : 'malformed';
  if (condition === undefined) return undefined;
  const revision = /^"?(\d{1,15})"?$/.exec(condition)?.[1];
  return revision === undefined ? 'malformed' : Number(revision);
}

function malformedCondition(): AdminReply {
  const message = 'give If-Match with one revision, as in the ETag of the policy, or If-None-Match: *';
  return problem(400, 'if-match', message);
}

function parseJson(
  body: Uint8Array,
):
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'malformed'; readonly message: string } {
  try {
    return { kind: 'value', value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch (error) {
    return { kind: 'malformed', message: error instanceof Error ? error.message : 'it cannot be read' };
  }
}
