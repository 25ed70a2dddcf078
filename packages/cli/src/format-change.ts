import {
  applyEdits,
  formatEdit,
  formatObstacle,
  type NearestChange,
  type Obstacle,
  type Policy,
} from '@crossgate/core';
import { type ChangedLine, changedLines } from './line-diff.ts';
import type { PolicyFile, PolicyForm } from './policy-file.ts';
import { type Screen, type StyledLine, wrapBehind } from './styled-text.ts';

/** The smallest change that lets a request in, for people: what to do, and what it does to the document. */
export function formatChange(
  nearest: NearestChange,
  file: PolicyFile,
  screen: Screen,
): readonly StyledLine[] {
  if (nearest.kind === 'impossible') {
    const isSpelling = nearest.obstacles.every(({ kind }) => kind === 'origin-spelling');
    return [
      [
        {
          text: isSpelling ? 'No change is needed for what browsers send' : 'No small change lets it in',
          tone: 'strong',
        },
      ],
      ...nearest.obstacles.flatMap(obstacle => wrapBehind(['  '], textOf(obstacle), screen)),
    ];
  }
  const { policy } = file;
  const changed = applyEdits(policy, nearest.edits);
  const warning = 'requests that other rules answer may be answered by this one then';
  return [
    [{ text: 'Smallest change that lets it in', tone: 'strong' }],
    ...nearest.edits.flatMap(edit => wrapBehind(['  '], formatEdit(edit, policy.rules.length), screen)),
    ...unindented(changedLines(documentLines(policy, file), documentLines(changed, file))).map(
      ({ kind, text }): StyledLine =>
        kind === 'added'
          ? [{ text: `    + ${text}`, tone: 'good' }]
          : [{ text: `    - ${text}`, tone: 'bad' }],
    ),
    ...(nearest.takesOver
      ? wrapBehind(['  ', { text: 'careful', tone: 'doubtful' }, ': '], warning, screen, 4)
      : []),
  ];
}

const FLAGS = {
  origin: 'name the origin of the page with --origin',
  method: 'name the method with --method',
} as const;

/** What is not sent stands in the headline; the command can tell which flag would send it. */
function textOf(obstacle: Obstacle): string {
  return obstacle.kind === 'not-sent' ? FLAGS[obstacle.what] : formatObstacle(obstacle);
}

/** The document as its service writes it, an element or an entry a line. */
function documentLines(policy: Policy, { dialect, isOwn }: PolicyForm): readonly string[] {
  const format = isOwn ? dialect.policyApi?.document : undefined;
  const text = format ? format.write(policy) : JSON.stringify(policy);
  const isJson = !format || format.mediaType === 'application/json';
  const lines = isJson ? JSON.stringify(JSON.parse(text), undefined, 2) : text.replaceAll('><', '>\n<');
  return lines.replaceAll('\t', '  ').split('\n');
}

/** Without the indentation that all of them have. */
function unindented(changes: readonly ChangedLine[]): readonly ChangedLine[] {
  const indent = changes.reduce(
    (least, { text }) => Math.min(least, text.length - text.trimStart().length),
    Number.POSITIVE_INFINITY,
  );
  return changes.map(change => ({ ...change, text: change.text.slice(indent) }));
}
