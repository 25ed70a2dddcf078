import { type AdminReply, json } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import { readPolicyBody } from './read-body.ts';
import { absent, etag, expectation, shown, written } from './revisions.ts';
import { subjectOf } from './subject.ts';

/** `GET …/policy`: the policy in force, with its revision as ETag. */
export function getPolicy(call: AdminCall): AdminReply {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const { key } = subject;
  const stored = call.policies.get(key);
  return stored ? json(200, shown(key, stored), [etag(stored.revision)]) : absent(key, 'policy');
}

/** `GET …/policy/history`: revisions, newest first. */
export function listHistory(call: AdminCall): AdminReply {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const { key } = subject;
  const revisions = call.policies.history(key);
  if (revisions.length === 0) return absent(key, 'policy');
  return json(200, { revisions: revisions.map(revision => shown(key, revision)) });
}

/** `PUT …/policy`: the neutral form. With `If-Match` only over that revision, with `If-None-Match: *` only the first. */
export async function putPolicy(call: AdminCall): Promise<AdminReply> {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const condition = expectation(call);
  if ('refused' in condition) return condition.refused;
  const { dialect, key } = subject;
  const read = await readPolicyBody(call, dialect);
  if ('refused' in read) return read.refused;
  return written(call, key, 'policy', await call.policies.put(key, read.policy, condition.expected));
}

/** `DELETE …/policy`. A tenant that has other settings keeps them, with a policy without rules. */
export async function deletePolicy(call: AdminCall): Promise<AdminReply> {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const condition = expectation(call);
  if ('refused' in condition) return condition.refused;
  const { policies } = call;
  const { key } = subject;
  const result = policies.get(key)?.settings
    ? await policies.put(key, { rules: [] }, condition.expected)
    : await policies.delete(key, condition.expected);
  return written(call, key, 'policy', result);
}
