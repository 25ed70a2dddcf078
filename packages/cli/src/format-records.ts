import { explainPreflight, formatEdit, REFUSAL_TEXTS, shorten } from '@crossgate/core';
import type { ChangedRecord } from './compare-log.ts';
import type { ExplainedRecord } from './explain-log.ts';
import type { PolicyFile } from './policy-file.ts';
import { headerNames, type RecordedRequest, type RecordedRequests } from './recorded-requests.ts';
import { type Screen, type StyledLine, type Tone, wrapBehind, wrapText } from './styled-text.ts';

/** How many requests a section shows. Logs have as many as strangers care to send, and nobody reads them all. */
const SHOWN = 100;

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
    ...list.section('refused', 'bad', refused, each => refusal(each, file)),
    ...list.section('allowed', 'good', allowed, ({ decision }) =>
      decision.kind === 'allowed' ? [`by rules[${decision.rule}]`] : [],
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
  const section = (title: string, tone: Tone, change: ChangedRecord['change']): readonly StyledLine[] =>
    list.section(
      title,
      tone,
      changed.filter(each => each.change === change),
      ({ record }) => [record.kind === 'actual' ? 'actual request' : 'preflight'],
    );
  const unchanged = recorded.requests.length - changed.length;
  const counts = `${counted(
    recorded.requests.map(record => ({ record })),
    'recorded request',
  )}, of which ${unchanged} stay as they are; ${otherLines(recorded)} passed over`;
  return [
    ...wrapText(counts, screen.width).map(faint),
    ...section('lets in', 'doubtful', 'let-in'),
    ...section('shuts out', 'bad', 'shut-out'),
    ...section('answers differently', 'doubtful', 'answered-differently'),
  ];
}

export function otherLines({ otherLines: number }: RecordedRequests): string {
  return `${number} other line${number === 1 ? '' : 's'}`;
}

/** `12 preflights, 3 distinct`. */
function counted(records: readonly { readonly record: RecordedRequest }[], noun: string): string {
  const total = sumOfCounts(records);
  return `${total} ${noun}${total === 1 ? '' : 's'}, ${records.length} distinct`;
}

function sumOfCounts(records: readonly { readonly record: RecordedRequest }[]): number {
  return records.reduce((sum, { record }) => sum + record.count, 0);
}

function faint(text: string): StyledLine {
  return [{ text, tone: 'faint' }];
}

interface RecordList {
  /**
   * A title, and below it the most frequent records with their counts and what is to be said of them, and how many more
   * there are; nothing when there is none.
   */
  readonly section: <Entry extends { readonly record: RecordedRequest }>(
    title: string,
    tone: Tone,
    entries: readonly Entry[],
    remarksOn: (entry: Entry) => readonly string[],
  ) => readonly StyledLine[];
}

/** @param records the most frequent first, as the entries of each section */
function newRecordList(records: readonly RecordedRequest[], screen: Screen): RecordList {
  const countWidth = String(records[0]?.count ?? '').length;
  const namesTenant = new Set(records.map(({ tenant }) => tenant)).size > 1;
  const indent = ' '.repeat(countWidth + 7);
  return {
    section: (title, tone, entries, remarksOn) => {
      if (entries.length === 0) return [];
      const hidden = entries.length - SHOWN;
      const more = `and ${hidden} more, each as rare as the last or rarer; --json has all`;
      return [
        [],
        [{ text: title, tone }, ` ${sumOfCounts(entries)}`],
        ...entries.slice(0, SHOWN).flatMap(entry => {
          const { record } = entry;
          const of = namesTenant && record.tenant !== null ? `, ${shorten(record.tenant)}` : '';
          const lead = `  ${String(record.count).padStart(countWidth)} x `;
          return [
            ...wrapBehind([lead], `${recordText(record)}${of}`, screen),
            ...remarksOn(entry).flatMap(remark => wrapBehind([indent], remark, screen)),
          ];
        }),
        ...(hidden > 0 ? wrapBehind(['  '], more, screen).map(line => faint(line.join(''))) : []),
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
