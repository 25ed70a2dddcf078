import type { TenantKey, WriteResult } from '@crossgate/policy-store';
import type { z } from 'zod';
import { candidateKey } from '../observed/candidate-key.ts';
import { mergeReportOnly } from '../observed/report-only.ts';
import { type AdminReply, json } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import { instant } from './instant.ts';
import { readJson, readPolicyBody } from './read-body.ts';
import { readShape } from './read-shape.ts';
import { absent, etag, expectation, shown, written } from './revisions.ts';
import { PROMOTION } from './schemas.ts';
import { subjectOf } from './subject.ts';

/** `GET …/candidate`: the policy that is held beside the one in force, with its own revision as ETag. */
export function getCandidate(call: AdminCall): AdminReply {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const { key } = subject;
  const stored = call.policies.get(candidateKey(key));
  return stored ? json(200, shown(key, stored), [etag(stored.revision)]) : absent(key, 'candidate');
}

/** `PUT …/candidate`: as a policy is put. Nothing is decided by it. */
export async function putCandidate(call: AdminCall): Promise<AdminReply> {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const condition = expectation(call);
  if ('refused' in condition) return condition.refused;
  const { dialect, key } = subject;
  const read = await readPolicyBody(call, dialect);
  if ('refused' in read) return read.refused;
  const result = await call.policies.put(candidateKey(key), read.policy, condition.expected);
  await call.ask({ kind: 'reload-candidates', dialect: key.dialect });
  return written(call, key, 'candidate', result);
}

/** `DELETE …/candidate`: drops it, with what was counted. */
export async function deleteCandidate(call: AdminCall): Promise<AdminReply> {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const condition = expectation(call);
  if ('refused' in condition) return condition.refused;
  const { key } = subject;
  const result = await call.policies.delete(candidateKey(key), condition.expected);
  await call.ask({ kind: 'reload-candidates', dialect: key.dialect });
  return written(call, key, 'candidate', result);
}

/**
 * `POST …/candidate/promote`: makes it the policy in force, and drops it. Only when both are at the revisions that the
 * body names, so that what is promoted is what was looked at.
 */
export async function promoteCandidate(call: AdminCall): Promise<AdminReply> {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const body = await readJson(call);
  if ('refused' in body) return body.refused;
  const shape = readShape(PROMOTION, body.value);
  if ('refused' in shape) return shape.refused;
  const { key } = subject;
  const result = await promote(call, key, shape.value);
  await call.ask({ kind: 'reload-candidates', dialect: key.dialect });
  return 'status' in result ? result : written(call, key, 'policy', result);
}

/**
 * The policy is written first: who dies in between leaves a candidate that changes nothing. A candidate that somebody
 * replaces meanwhile stays, as it was not the one that was promoted.
 */
async function promote(
  call: AdminCall,
  key: TenantKey,
  { policyRevision, candidateRevision }: z.infer<typeof PROMOTION>,
): Promise<AdminReply | WriteResult> {
  const { policies } = call;
  const stored = policies.get(candidateKey(key));
  if (!stored) return absent(key, 'candidate');
  if (stored.revision !== candidateRevision) {
    return written(call, key, 'candidate', { kind: 'conflict', current: stored });
  }
  const result = await policies.put(key, stored.policy, policyRevision ?? 'absent');
  if (result.kind === 'written') await policies.delete(candidateKey(key), candidateRevision);
  return result;
}

/** `GET …/candidate/report`: what it would have changed, of the requests since it or the policy in force was set. */
export async function reportCandidate(call: AdminCall): Promise<AdminReply> {
  const subject = subjectOf(call);
  if ('refused' in subject) return subject.refused;
  const { key } = subject;
  const answers = await call.ask({ kind: 'report-only', key });
  const candidate = call.policies.get(candidateKey(key));
  if (!candidate) return absent(key, 'candidate');
  const { samples, ...counts } = mergeReportOnly(answers, {
    policyRevision: call.policies.get(key)?.revision ?? null,
    candidateRevision: candidate.revision,
  });
  return json(200, {
    ...key,
    ...counts,
    samples: samples.map(({ firstSeen, lastSeen, ...sample }) => ({
      ...sample,
      firstSeen: instant(firstSeen),
      lastSeen: instant(lastSeen),
    })),
  });
}
