import {
  type CompiledPolicy,
  compile,
  type Policy,
  type PolicySource,
  type Profile,
  type ReadPolicyResult,
  readPolicy,
  validate,
} from '@crossgate/core';
import type { Dialect } from '@crossgate/dialects';
import { candidateKey } from '../observed/candidate-key.ts';
import { invalidPolicy, problem } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import { absent, type RevisionNoun } from './revisions.ts';
import type { PolicySourceBody } from './schemas.ts';
import { findDialect, findSubject, type Refused } from './subject.ts';

/** A policy that a request is about, and the service that reads it. What the service takes is not looked at yet. */
export interface NamedPolicy {
  readonly dialect: Dialect;
  readonly read: ReadPolicyResult;
}

/** A policy that its service takes. */
export interface UsablePolicy {
  readonly policy: Policy;
  readonly profile: Profile;
  readonly compiled: CompiledPolicy;
  readonly source: PolicySource;
}

/** Finds or reads the policy that the body of a request names. */
export function readNamedPolicy(call: AdminCall, named: PolicySourceBody): NamedPolicy | Refused {
  const { dialect: id, policy, tenant, candidate } = named;
  if ([policy, tenant, candidate].filter(each => each !== undefined).length !== 1) {
    return malformed('name one policy: "tenant", "candidate", or "dialect" with "policy"');
  }
  if (tenant !== undefined) return storedPolicy(call, id, tenant, 'policy');
  if (candidate !== undefined) return storedPolicy(call, id, candidate, 'candidate');
  if (id === undefined) return malformed('name the service that reads the policy, as "dialect"');
  const dialect = findDialect(call.dialects, id);
  if ('refused' in dialect) return dialect;
  if (typeof policy !== 'string') return { dialect, read: readPolicy(policy) };
  if (!dialect.policyApi) {
    return malformed(`${dialect.title} has no document of its own: give "policy" as an object`);
  }
  return { dialect, read: dialect.policyApi.document.parse(Buffer.from(policy)) };
}

function storedPolicy(
  call: AdminCall,
  id: string | undefined,
  name: string,
  noun: RevisionNoun,
): NamedPolicy | Refused {
  const slash = name.indexOf('/');
  if (slash < 1) return malformed(`${name} is not service/tenant, such as cos/examplebucket-1250000000`);
  if (id !== undefined && id !== name.slice(0, slash)) {
    return malformed(`the policy of ${name} is read by its own service: leave out "dialect"`);
  }
  const subject = findSubject(call.dialects, name.slice(0, slash), name.slice(slash + 1));
  if ('refused' in subject) return subject;
  const { dialect, key } = subject;
  const stored = call.policies.get(noun === 'policy' ? key : candidateKey(key));
  return stored
    ? { dialect, read: { kind: 'policy', policy: stored.policy } }
    : { refused: absent(key, noun) };
}

/** The named policy, when its service takes it. */
export function readUsablePolicy(call: AdminCall, named: PolicySourceBody): UsablePolicy | Refused {
  const found = readNamedPolicy(call, named);
  if ('refused' in found) return found;
  const { dialect, read } = found;
  const { profile } = dialect;
  const message = 'the policy has errors';
  if (read.kind === 'diagnostics') return { refused: invalidPolicy(read.diagnostics, message) };
  const { kind: _, policy, ...source } = read;
  const errors = validate(policy, profile);
  if (errors.length > 0) return { refused: invalidPolicy(errors, message) };
  return { policy, profile, compiled: compile(policy, profile), source };
}

function malformed(message: string): Refused {
  return { refused: problem(400, 'request', message) };
}
