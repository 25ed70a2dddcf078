import {
  type AnswerDifference,
  type ComparedHeader,
  type Comparison,
  shorten,
  type Witness,
} from '@crossgate/core';
import type { Dialect } from '@crossgate/dialects';
import { curlActual, curlPreflight } from './curl-line.ts';
import { displayWidth, type Screen, type StyledLine, type Tone, wrapBehind } from './styled-text.ts';

const ACCESS: Readonly<Record<Comparison['access'], { readonly tone: Tone; readonly text: string }>> = {
  equivalent: { tone: 'good', text: 'both let in the same requests' },
  wider: { tone: 'doubtful', text: 'the new policy lets in all that the old one does, and more' },
  narrower: { tone: 'doubtful', text: 'the new policy lets in less than the old one, and nothing else' },
  incomparable: { tone: 'doubtful', text: 'the new policy lets in other requests than the old one' },
};

/** The services of the old policy and of the new one. */
export interface ComparedDialects {
  readonly old: Dialect;
  readonly new: Dialect;
}

/** What a new policy changes, for people, each difference with a request to try on the service that lets it in. */
export function formatComparison(
  comparison: Comparison,
  dialects: ComparedDialects,
  screen: Screen,
): readonly StyledLine[] {
  const { gained, lost, answers } = comparison;
  return [
    ...formatAccess(comparison, screen),
    ...formatWitness(GAINED, gained, dialects.new, screen),
    ...formatWitness(LOST, lost, dialects.old, screen),
    ...answers.flatMap(answer => formatAnswer(answer, dialects.old, screen)),
    [],
    ...formatAnswers(comparison, screen),
  ];
}

/** What a conversion changes beside what it tells as lost, for people, and the words with which `compare` sums it up. */
export function formatConversion(comparison: Comparison, screen: Screen): readonly StyledLine[] {
  const { answers, gained, lost } = comparison;
  return [
    ...answers.flatMap((answer): readonly StyledLine[] => [
      ...wrapBehind(
        [{ text: `changed[${CHANGES[answer.header]}]`, tone: 'doubtful' }, ' '],
        answerText(answer),
        screen,
        2,
      ),
      ...formatValues(answer, screen),
      [],
    ]),
    ...formatAccess(comparison, screen),
    ...(gained ? verdictOn(GAINED, gained, screen) : []),
    ...(lost ? verdictOn(LOST, lost, screen) : []),
    ...formatAnswers(comparison, screen),
  ];
}

const CHANGES: Readonly<Record<ComparedHeader, string>> = {
  'Access-Control-Allow-Origin': 'allow-origin',
  'Access-Control-Allow-Credentials': 'credentials',
  'Access-Control-Expose-Headers': 'exposed-headers',
  'Access-Control-Max-Age': 'max-age',
};

/** Who is let in, in a sentence. */
function formatAccess({ access }: Comparison, screen: Screen): readonly StyledLine[] {
  const { tone, text } = ACCESS[access];
  return wrapBehind([{ text: access, tone }, ': '], text, screen, 2);
}

/** How those are answered that both let in, in a sentence. */
function formatAnswers({ answers }: Comparison, screen: Screen): readonly StyledLine[] {
  if (answers.length === 0) return [['what both let in is answered alike']];
  const names = (all: readonly AnswerDifference[]): string =>
    [...new Set(all.map(({ header }) => header))].join(', ');
  const more = answers.filter(({ widens }) => widens);
  const text = `what both let in is answered differently: ${names(answers)}`;
  const gives = `; new access by ${names(more)}`;
  return wrapBehind([], more.length > 0 ? text + gives : text, screen, 2);
}

interface AccessChange {
  readonly verb: string;
  readonly tone: Tone;
}

const GAINED: AccessChange = { verb: 'lets in', tone: 'doubtful' };
const LOST: AccessChange = { verb: 'shuts out', tone: 'bad' };

function formatWitness(
  change: AccessChange,
  witness: Witness | null,
  dialect: Dialect,
  screen: Screen,
): readonly StyledLine[] {
  if (!witness) return [];
  return [[], ...verdictOn(change, witness, screen), ...formatCurl(curlPreflight(witness, dialect), screen)];
}

function verdictOn({ verb, tone }: AccessChange, witness: Witness, screen: Screen): readonly StyledLine[] {
  const only = witness.browser ? '' : '; nothing that a browser can send';
  return wrapBehind([{ text: verb, tone }, ': '], `${requestText(witness)}, for one${only}`, screen, 2);
}

function formatAnswer(answer: AnswerDifference, dialect: Dialect, screen: Screen): readonly StyledLine[] {
  const { request, witness } = answer;
  const curl = request === 'preflight' ? curlPreflight(witness, dialect) : curlActual(witness, dialect);
  return [
    [],
    ...wrapBehind([{ text: 'answers differently', tone: 'doubtful' }, ': '], answerText(answer), screen, 2),
    ...formatValues(answer, screen),
    ...formatCurl(curl, screen),
  ];
}

/** `Access-Control-Max-Age of preflights, as for GET from https://a.com`. */
function answerText({ request, header, witness, responseHeaderNames }: AnswerDifference): string {
  const where =
    responseHeaderNames.length > 0
      ? `, when the response has ${responseHeaderNames.map(shorten).join(', ')}`
      : '';
  const of = request === 'preflight' ? 'preflights' : 'actual requests';
  const only = witness.browser ? '' : ' (which no browser sends)';
  return `${header} of ${of}, as for ${requestText(witness)}${only}${where}`;
}

function formatValues({ old, new: now }: AnswerDifference, screen: Screen): readonly StyledLine[] {
  return [
    ...wrapBehind([{ text: '  - ', tone: 'bad' }], shownValue(old), screen),
    ...wrapBehind([{ text: '  + ', tone: 'good' }], shownValue(now), screen),
  ];
}

function shownValue(value: string | null): string {
  return value === null ? '(no such header)' : shorten(value);
}

/** `PUT from https://a.com with content-type, x-id`. */
function requestText({ origin, method, headers }: Witness): string {
  const names = headers.length > 0 ? ` with ${shorten(headers.join(', '))}` : '';
  return `${shorten(method)} from ${shorten(origin)}${names}`;
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
