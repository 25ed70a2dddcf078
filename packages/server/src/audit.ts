import type { WriteResult } from '@crossgate/policy-store';
import type { Logger } from 'pino';

/** Which revisions a change is about. */
export interface Revisions {
  /** That which was there; null where there was none. */
  readonly before?: number | null;
  /** That which was written. */
  readonly after?: number;
}

/** Something that somebody did, or tried to do. */
export interface AuditEntry extends Revisions {
  /** `token:NAME`, `loopback` or, of a service's own request, `credential:ID`; `nobody` where that is not known. */
  readonly who: string;
  /** Of the client: of a service's own request behind trusted proxies by what they say, else of the connection. */
  readonly address: string;
  /** What: `policy.put`. */
  readonly operation: string;
  readonly method: string;
  readonly dialect?: string | undefined;
  readonly tenant?: string | undefined;
  /** Where the rest of the log has more of the request. */
  readonly requestId?: string | undefined;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly status: number;
  /** Why it was refused, as in the answer. */
  readonly code?: string | undefined;
}

export type Audit = (entry: AuditEntry) => void;

/** Lines that are written at every level of the log but `silent`, also where that is changed. */
export function openAudit(log: Logger): Audit {
  const lines = log.child({ audit: true }, { level: 'info' });
  return entry => {
    if (log.level !== 'silent') lines.info(entry, 'audit');
  };
}

/** What an answer means. */
export function outcomeOf(status: number): Pick<AuditEntry, 'outcome' | 'status'> {
  return { outcome: status < 400 ? 'done' : status < 500 ? 'refused' : 'failed', status };
}

/** What a write was about. */
export function revisionsOf(result: WriteResult): Revisions {
  switch (result.kind) {
    case 'written':
      return { before: result.replaced ?? null, after: result.revision };
    case 'absent':
      return { before: null };
    case 'conflict':
      return { before: result.current?.revision ?? null };
    default:
      return result satisfies never;
  }
}
