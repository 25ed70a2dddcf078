import { explainPreflight, formatEdit, REFUSAL_TEXTS, shorten } from '@crossgate/core';
import type { ChangedRecord } from './compare-log.ts';
import type { ExplainedRecord } from './explain-log.ts';
import type { PolicyFile } from './policy-file.ts';
import { headerNames, type RecordedRequest, type RecordedRequests } from './recorded-requests.ts';
import { type Screen, type StyledLine, type Tone, wrapBehind, wrapText } from './styled-text.ts';

/** The preflights of a log by what the policy says to them, the refused ones with what would let them in. */
export function formatExplainedRecords(
  records: readonly ExplainedRecord[],
  recorded: RecordedRequests,
  file: PolicyFile,
  screen: Screen,
): readonly StyledLine[] {
  const refused = records.filter(({ decision }) => decision.kind !== 'allowed');
  const allowed = records.filter(({ decision }) => decision.kind === 'allowed');
  const list = newRecordList(
    records.map(({ record }) => record),
    screen,
  );
  return [
    ...wrapText(`${counted(records, 'preflight')}; ${otherLines(recorded)} passed over`, screen.width).map(
      faint,
    ),
    ...list.section(
      'refused',
      'bad',
      refused.map(each => [each.record, ...refusal(each, file)]),
    ),
    ...list.section(
      'allowed',
      'good',
      allowed.map(({ record, decision }) => [
        record,
        decision.kind === 'allowed' ? `by rules[${decision.rule}]` : '',
      ]),
    ),
  ];
}

function refusal({ record, decision }: ExplainedRecord, { compiled, policy }: PolicyFile): readonly string[] {
  if (decision.kind !== 'refused') return ['the service takes it for no preflight'];
  const { nearest } = explainPreflight(compiled, record.request);
  const edits =
    nearest?.kind === 'edits' ? nearest.edits.map(edit => formatEdit(edit, policy.rules.length)) : [];
  return [REFUSAL_TEXTS[decision.reason], ...(edits.length > 0 ? [`to let it in, ${edits.join('; ')}`] : [])];
}

/** The requests of a log that a new policy treats otherwise. */
export function formatChangedRecords(
  changed: readonly ChangedRecord[],
  recorded: RecordedRequests,
  screen: Screen,
): readonly StyledLine[] {
  const list = newRecordList(
    changed.map(({ record }) => record),
    screen,
  );
  const of = (change: ChangedRecord['change']) =>
    changed
      .filter(each => each.change === change)
      .map(({ record }): [RecordedRequest, string] => [
        record,
        record.kind === 'actual' ? 'actual request' : 'preflight',
      ]);
  const unchanged = recorded.requests.length - changed.length;
  const counts = `${counted(
    recorded.requests.map(record => ({ record })),
    'recorded request',
  )}, of which ${unchanged} stay as they are; ${otherLines(recorded)} passed over`;
  return [
    ...wrapText(counts, screen.width).map(faint),
    ...list.section('lets in', 'doubtful', of('let-in')),
    ...list.section('shuts out', 'bad', of('shut-out')),
    ...list.section('answers differently', 'doubtful', of('answered-differently')),
  ];
}

export function otherLines({ otherLines: number }: RecordedRequests): string {
  return `${number} other line${number === 1 ? '' : 's'}`;
}

/** `12 preflights, 3 distinct`. */
function counted(records: readonly { readonly record: RecordedRequest }[], noun: string): string {
  const total = records.reduce((sum, { record }) => sum + record.count, 0);
  return `${total} ${noun}${total === 1 ? '' : 's'}, ${records.length} distinct`;
}

function faint(text: string): StyledLine {
  return [{ text, tone: 'faint' }];
}

interface RecordList {
  /** A title, and below it each record with its count and what is to be said of it; nothing when there is none. */
  readonly section: (
    title: string,
    tone: Tone,
    entries: readonly (readonly [RecordedRequest, ...string[]])[],
  ) => readonly StyledLine[];
}

function newRecordList(records: readonly RecordedRequest[], screen: Screen): RecordList {
  const countWidth = Math.max(0, ...records.map(({ count }) => String(count).length));
  const namesTenant = new Set(records.map(({ tenant }) => tenant)).size > 1;
  const indent = ' '.repeat(countWidth + 7);
  return {
    section: (title, tone, entries) => {
      if (entries.length === 0) return [];
      const total = entries.reduce((sum, [{ count }]) => sum + count, 0);
      return [
        [],
        [{ text: title, tone }, ` ${total}`],
        ...entries.flatMap(([record, ...remarks]) => {
          const of = namesTenant && record.tenant !== null ? `, ${shorten(record.tenant)}` : '';
          const lead = `  ${String(record.count).padStart(countWidth)} x `;
          return [
            ...wrapBehind([lead], `${recordText(record)}${of}`, screen),
            ...remarks.flatMap(remark => wrapBehind([indent], remark, screen)),
          ];
        }),
      ];
    },
  };
}

/** `PUT from https://a.com with content-type, x-id`. */
function recordText(record: RecordedRequest): string {
  const from = `from ${record.request.origin ? shorten(record.request.origin) : 'no origin'}`;
  if (record.kind === 'actual') return `${shorten(record.request.method)} ${from}`;
  const { requestMethod, requestHeaders } = record.request;
  const names = headerNames(requestHeaders).join(', ');
  return `${requestMethod ? shorten(requestMethod) : 'no method'} ${from}${names && ` with ${shorten(names)}`}`;
}
