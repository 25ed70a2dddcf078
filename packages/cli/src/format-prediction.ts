import {
  type FetchPrediction,
  formatCause,
  originFault,
  sentOrigin,
  shorten,
  type Verdict,
} from '@crossgate/core';
import { type Screen, type StyledLine, wrapBehind } from './styled-text.ts';

/** What a browser makes of it, for people: what it sends, and whether the page gets an answer. */
export function formatPrediction(prediction: FetchPrediction, screen: Screen): readonly StyledLine[] {
  const { plan, verdict } = prediction;
  return [
    [{ text: 'In a browser', tone: 'strong' }],
    ...(plan.kind === 'planned' ? formatPlan(plan, screen) : []),
    ...formatVerdict(verdict, screen),
  ];
}

/** Said where there is nothing to predict: of an origin that no page has. */
export function formatNoPage(origin: string | undefined, screen: Screen): readonly StyledLine[] {
  if (!origin) return [];
  const sent = sentOrigin(origin);
  if (sent === origin) return [];
  const instead = sent === undefined ? formatFault(origin) : `; browsers send \`${shorten(sent)}\``;
  return [
    [{ text: 'In a browser', tone: 'strong' }],
    ...wrapBehind(['  '], `no page has the origin \`${shorten(origin)}\`${instead}`, screen),
  ];
}

/** What is wrong with a text that browsers send nothing in place of, where it is visible ASCII without a `*`. */
function formatFault(origin: string): string {
  const fault = /^[!-)+-~]+$/.test(origin) ? originFault(origin) : undefined;
  if (!fault) return '';
  const { reason, correction } = fault;
  const instead = correction?.startsWith('http') ? `; an origin is such as \`${shorten(correction)}\`` : '';
  return `: ${reason}${instead}`;
}

type Planned = Extract<FetchPrediction['plan'], { readonly kind: 'planned' }>;

function formatPlan(plan: Planned, screen: Screen): readonly StyledLine[] {
  const causes = plan.preflight?.causes.map(formatCause).join(', ');
  const preflight = causes === undefined ? 'no preflight is sent' : `a preflight is sent, for ${causes}`;
  const dropped = plan.droppedHeaders.map(([name]) => shorten(name)).join(', ');
  return [
    ...wrapBehind(['  '], `${preflight}; credentials: ${plan.credentials}`, screen),
    ...(dropped === '' ? [] : wrapBehind(['  '], `no page can set ${dropped}: left out`, screen)),
  ];
}

function formatVerdict(verdict: Verdict, screen: Screen): readonly StyledLine[] {
  switch (verdict.kind) {
    case 'readable': {
      const exposed = verdict.exposedHeaders.join(', ');
      const more = exposed === '' ? '' : `, and the headers ${exposed}`;
      return wrapBehind(
        ['  ', { text: 'readable', tone: 'good' }],
        `: the page gets the response${more}`,
        screen,
        4,
      );
    }
    case 'redirected':
      return wrapBehind(
        ['  ', { text: 'redirected', tone: 'strong' }, ' '],
        `to ${shorten(verdict.location)}`,
        screen,
        4,
      );
    case 'blocked': {
      const { phase, citation, help } = verdict;
      return [
        ['  ', { text: 'blocked', tone: 'bad' }, ` ${PHASES[phase]}`],
        ...wrapBehind([{ text: '    to do: ', tone: 'faint' }], shorten(help), screen),
        ...wrapBehind(['    '], citation, screen),
      ];
    }
    default:
      return verdict satisfies never;
  }
}

const PHASES: Readonly<Record<Extract<Verdict, { kind: 'blocked' }>['phase'], string>> = {
  request: 'before anything is sent',
  preflight: 'by the answer to the preflight',
  actual: 'by the answer',
};
