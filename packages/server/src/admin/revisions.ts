import type { Expected, PolicyRevision, TenantKey, WriteResult } from '@crossgate/policy-store';
import { revisionsOf } from '../audit.ts';
import { type AdminReply, json, problem } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import { instant } from './instant.ts';
import type { Refused } from './subject.ts';

/** What a tenant has revisions of. */
export type RevisionNoun = 'policy' | 'candidate';

/** A revision as the API shows it. `policy` is null where the revision is a deletion. */
export function shown(key: TenantKey, { revision, policy, writtenAt }: PolicyRevision): object {
  return { ...key, revision, writtenAt: instant(writtenAt), policy: policy ?? null };
}

export function etag(revision: number): readonly ['ETag', string] {
  return ['ETag', `"${revision}"`];
}

export function absent(key: TenantKey, noun: RevisionNoun): AdminReply {
  return problem(404, `${noun}-absent`, `${key.dialect}/${key.tenant} has no ${noun}`);
}

/** The answer to a write. */
export function written(
  call: AdminCall,
  key: TenantKey,
  noun: RevisionNoun,
  result: WriteResult,
): AdminReply {
  call.note(revisionsOf(result));
  switch (result.kind) {
    case 'written': {
      const { revision } = result;
      return json(200, { ...key, revision }, [etag(revision)]);
    }
    case 'absent':
      return absent(key, noun);
    case 'conflict': {
      const current = result.current ? shown(key, result.current) : null;
      const message = result.current
        ? `the ${noun} has changed: it is at revision ${result.current.revision} now`
        : `there is no ${noun}`;
      return problem(412, 'revision-conflict', message, { current });
    }
    default:
      return result satisfies never;
  }
}

/** What `If-Match` or `If-None-Match` expect to find; nothing when neither is there. */
export function expectation({ request }: AdminCall): { readonly expected?: Expected } | Refused {
  const { 'if-match': condition, 'if-none-match': exclusion } = request.headers;
  if (exclusion !== undefined) {
    return exclusion === '*' && condition === undefined ? { expected: 'absent' } : MALFORMED;
  }
  if (condition === undefined) return {};
  const revision = /^"?(\d{1,15})"?$/.exec(condition)?.[1];
  return revision === undefined ? MALFORMED : { expected: Number(revision) };
}

const MALFORMED: Refused = {
  refused: problem(400, 'if-match', 'give If-Match with one revision, as in the ETag, or If-None-Match: *'),
};
