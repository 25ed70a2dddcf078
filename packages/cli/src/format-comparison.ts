import { type AnswerDifference, type Comparison, shorten, type Witness } from '@crossgate/core';
import type { Dialect } from '@crossgate/dialects';
import { curlActual, curlPreflight } from './curl-line.ts';
import { displayWidth, type Screen, type StyledLine, type Tone, wrapBehind } from './styled-text.ts';

const ACCESS: Readonly<Record<Comparison['access'], { readonly tone: Tone; readonly text: string }>> = {
  equivalent: { tone: 'good', text: 'both let in the same requests' },
  wider: { tone: 'doubtful', text: 'the new policy lets in all that the old one does, and more' },
  narrower: { tone: 'doubtful', text: 'the new policy lets in less than the old one, and nothing else' },
  incomparable: { tone: 'doubtful', text: 'the new policy lets in other requests than the old one' },
};

/** What a new policy changes, for people, each difference with a request to try. */
export function formatComparison(
  comparison: Comparison,
  dialect: Dialect,
  screen: Screen,
): readonly StyledLine[] {
  const { gained, lost, answers } = comparison;
  return [
    ...formatAccess(comparison, screen),
    ...formatWitness('lets in', 'doubtful', gained, dialect, screen),
    ...formatWitness('shuts out', 'bad', lost, dialect, screen),
    ...answers.flatMap(answer => formatAnswer(answer, dialect, screen)),
    ...(answers.length === 0 ? [[], ['what both let in is answered alike'] as const] : []),
  ];
}

/** The result in a sentence. */
export function formatAccess({ access }: Comparison, screen: Screen): readonly StyledLine[] {
  const { tone, text } = ACCESS[access];
  return wrapBehind([{ text: access, tone }, ': '], text, screen, 2);
}

function formatWitness(
  verb: string,
  tone: Tone,
  witness: Witness | null,
  dialect: Dialect,
  screen: Screen,
): readonly StyledLine[] {
  if (!witness) return [];
  return [
    [],
    ...wrapBehind([{ text: verb, tone }, ': '], `${witnessText(witness)}, for one`, screen, 2),
    ...formatCurl(curlPreflight(witness, dialect), screen),
  ];
}

function formatAnswer(
  { request, header, old, new: now, witness, responseHeaderNames }: AnswerDifference,
  dialect: Dialect,
  screen: Screen,
): readonly StyledLine[] {
  const where =
    responseHeaderNames.length > 0
      ? `, when the response has ${responseHeaderNames.map(shorten).join(', ')}`
      : '';
  const what = `${header} of ${request === 'preflight' ? 'preflights' : 'actual requests'}, as for ${witnessText(witness)}${where}`;
  const curl = request === 'preflight' ? curlPreflight(witness, dialect) : curlActual(witness, dialect);
  return [
    [],
    ...wrapBehind([{ text: 'answers differently', tone: 'doubtful' }, ': '], what, screen, 2),
    ...wrapBehind([{ text: '  - ', tone: 'bad' }], shownValue(old), screen),
    ...wrapBehind([{ text: '  + ', tone: 'good' }], shownValue(now), screen),
    ...formatCurl(curl, screen),
  ];
}

function shownValue(value: string | null): string {
  return value === null ? '(no such header)' : shorten(value);
}

/** `PUT from https://a.com with content-type, x-id`. */
function witnessText({ origin, method, headers, browser }: Witness): string {
  const names = headers.length > 0 ? ` with ${shorten(headers.join(', '))}` : '';
  return `${shorten(method)} from ${shorten(origin)}${names}${browser ? '' : ' (which no browser sends)'}`;
}

/** On one line if it fits, else with an argument a line. */
export function formatCurl(words: readonly string[], { width }: Screen): readonly StyledLine[] {
  const line = `  ${words.join(' ')}`;
  if (displayWidth(line) <= width) return [[line]];
  const [command = '', ...rest] = words;
  return [`${command} ${rest[0] ?? ''}`, ...rest.slice(1)].map((word, index, all) => {
    const indent = index === 0 ? '  ' : '    ';
    return [`${indent}${word}${index < all.length - 1 ? ' \\' : ''}`];
  });
}
