import {
  type Criterion,
  type ExplainedRule,
  type Explanation,
  type FetchPrediction,
  NEAR_MISS_TEXTS,
  type NearestChange,
  type PolicyPath,
  REFUSAL_TEXTS,
  RULE_OUTCOME_TEXTS,
  shorten,
} from '@crossgate/core';
import { formatChange } from './format-change.ts';
import { formatNoPage, formatPrediction } from './format-prediction.ts';
import type { PolicyFile } from './policy-file.ts';
import { formatExcerpt, type Mark, sourceLines } from './source-excerpt.ts';
import {
  type Screen,
  type StyledLine,
  type StyledPiece,
  type Tone,
  wrapBehind,
  wrapText,
} from './styled-text.ts';

/** So many rules are shown with all that was compared; the others are counted. */
const RULES_SHOWN = 5;

/** Why a request is answered as it is, for people; at the end the smallest change that lets it in. */
export function formatExplanation(
  explanation: Explanation,
  prediction: FetchPrediction | undefined,
  file: PolicyFile,
  screen: Screen,
): readonly StyledLine[] {
  const sections = [
    [...formatDecision(explanation, screen)],
    ...rulesToShow(explanation).map(rule => formatRule(rule, file, screen)),
    formatOtherRules(explanation, screen),
    prediction ? formatPrediction(prediction, screen) : formatNoPage(explanation.request.origin, screen),
    explanation.nearest ? formatChange(explanation.nearest, file, screen) : [],
  ];
  return sections
    .filter(section => section.length > 0)
    .flatMap((section, i) => (i > 0 ? [[], ...section] : section));
}

function formatDecision(explanation: Explanation, screen: Screen): readonly StyledLine[] {
  const { decision } = explanation;
  const answer = decision.kind === 'not-a-preflight' ? [] : decision.headers;
  return [
    ...wrapBehind(headline(explanation), summary(explanation), screen, 2),
    ...wrapBehind(['  '], requestLine(explanation), screen),
    ...answer.flatMap(([name, value]) =>
      wrapBehind([{ text: `  ${name}: `, tone: 'faint' }], shorten(value), screen, 4),
    ),
  ];
}

const HEADLINES: Readonly<Record<Explanation['decision']['kind'], StyledPiece>> = {
  allowed: { text: 'allowed', tone: 'good' },
  refused: { text: 'refused', tone: 'bad' },
  'not-a-preflight': { text: 'not a preflight', tone: 'bad' },
  'not-cors': { text: 'not a cross-origin request', tone: 'strong' },
};

function headline({ decision }: Explanation): StyledLine {
  const code = 'code' in decision ? ` ${decision.code}` : '';
  const status = 'status' in decision ? ` with ${decision.status}${code}` : '';
  return [HEADLINES[decision.kind], `${status}: `];
}

function summary({ decision }: Explanation): string {
  switch (decision.kind) {
    case 'allowed':
      return `rules[${decision.rule}] answers`;
    case 'refused':
      return REFUSAL_TEXTS[decision.reason];
    case 'not-a-preflight':
      return 'without origin or requested method, the service takes OPTIONS for any other request';
    case 'not-cors':
      return REFUSAL_TEXTS['origin-missing'];
    default:
      return decision satisfies never;
  }
}

function requestLine(explanation: Explanation): string {
  const { request } = explanation;
  const from = `from ${request.origin ? shorten(request.origin) : 'no origin'}`;
  if (explanation.kind === 'actual') return `actual ${shorten(explanation.request.method)} ${from}`;
  const { requestMethod, requestHeaders } = explanation.request;
  const headers = requestHeaders ? ` with ${shorten(requestHeaders.split(',').join(', '))}` : '';
  return `preflight ${from} for ${requestMethod ? shorten(requestMethod) : 'no method'}${headers}`;
}

/** Those that were chosen, came nearest, or nearly match, in their order. */
function rulesToShow(explanation: Explanation): readonly ExplainedRule[] {
  const { rules, nearest } = explanation;
  const ranked = rules
    .map(rule => ({ rule, rank: interest(rule, nearest) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, RULES_SHOWN);
  const shown = ranked.length > 0 ? ranked : rules.slice(0, 1).map(rule => ({ rule }));
  return shown.map(({ rule }) => rule).sort((a, b) => a.index - b.index);
}

function interest(rule: ExplainedRule, nearest: NearestChange | undefined): number {
  if (rule.outcome === 'chosen' || rule.outcome === 'chosen-refuses-headers') return 4;
  if (rule.outcome === 'not-reached') return 0;
  if (rule.index === nearest?.rule) return 3;
  const { match } = rule.origin;
  if (match.kind !== 'none') return 2;
  return match.nearMisses.length > 0 ? 1 : 0;
}

function formatOtherRules(explanation: Explanation, screen: Screen): readonly StyledLine[] {
  const shown = new Set(rulesToShow(explanation));
  const counts = new Map<string, number>();
  for (const rule of explanation.rules) {
    if (!shown.has(rule)) counts.set(rule.outcome, (counts.get(rule.outcome) ?? 0) + 1);
  }
  const others = [...counts].map(([outcome, count]) => `${count} ${OTHERS[outcome as keyof typeof OTHERS]}`);
  if (others.length === 0) return [];
  return wrapText(`other rules: ${others.join(', ')}`, screen.width).map(text => [{ text, tone: 'faint' }]);
}

const OTHERS: Readonly<Record<ExplainedRule['outcome'], string>> = {
  chosen: 'chosen',
  'chosen-refuses-headers': 'chosen',
  'origin-not-allowed': 'without the origin',
  'method-not-allowed': 'without the method',
  'headers-not-allowed': 'without a header',
  'not-reached': 'not reached',
};

function formatRule(rule: ExplainedRule, file: PolicyFile, screen: Screen): readonly StyledLine[] {
  const { index, source, outcome } = rule;
  const id = source.id === undefined ? '' : ` (${shorten(source.id)})`;
  const compare = (name: CriterionName, criteria: readonly Criterion[]) =>
    criteria.flatMap(criterion => formatCriterion(name, criterion, rule, file, screen));
  return [
    [{ text: `rules[${index}]`, tone: 'strong' }, `${id} ${RULE_OUTCOME_TEXTS[outcome]}`],
    ...compare('origin', [rule.origin]),
    ...compare('method', rule.methods),
    ...compare('header', rule.headers),
  ];
}

type CriterionName = 'origin' | 'method' | 'header';

const LISTS = { origin: 'allowedOrigins', method: 'allowedMethods', header: 'allowedHeaders' } as const;

function formatCriterion(
  name: CriterionName,
  { value, match }: Criterion,
  { index, source }: ExplainedRule,
  file: PolicyFile,
  screen: Screen,
): readonly StyledLine[] {
  const list = LISTS[name];
  const line = (tone: Tone, verb: string, more = ''): readonly StyledLine[] =>
    wrapBehind(['  ', { text: verb, tone }, ` ${name} `], `${shorten(value)}${more}`, screen, 4);
  const excerpt = (
    entries: readonly { index: number; text: string }[],
    tone: Tone,
    label?: (i: number) => string,
  ) => {
    const marks = entries.map((entry, i) => ({
      path: ['rules', index, list, entry.index],
      text: entry.text,
      tone,
      ...(label && { label: label(i) }),
    }));
    return formatEntries(marks, file, screen);
  };
  switch (match.kind) {
    case 'not-compared':
      return line('strong', 'leaves', ' to the browser');
    case 'entry':
    case 'any':
      return [...line('good', 'allows'), ...excerpt([match], 'good')];
    case 'none': {
      const { nearMisses } = match;
      if (nearMisses.length > 0) {
        const label = (i: number) => NEAR_MISS_TEXTS[nearMisses[i]?.kind ?? 'case'];
        return [...line('bad', 'lacks'), ...excerpt(nearMisses, 'doubtful', label)];
      }
      const entries = source[list];
      const has = entries.length === 0 ? 'none' : shorten(entries.join(', '));
      return line('bad', 'lacks', `; it has ${has}`);
    }
    default:
      return match satisfies never;
  }
}

interface EntryMark {
  readonly path: PolicyPath;
  readonly text: string;
  readonly tone: Tone;
  readonly label?: string;
}

/** Entries as they stand in the document, or by their paths where its reader does not know. */
function formatEntries(
  entries: readonly EntryMark[],
  file: PolicyFile,
  screen: Screen,
): readonly StyledLine[] {
  const marks = entries.flatMap(({ path, text, tone, label }): Mark[] => {
    const span = file.source.spanOf?.(path);
    return span ? [{ span, entry: text, tone, ...(label !== undefined && { label }) }] : [];
  });
  return formatExcerpt(sourceLines(file.document.text), marks, screen);
}
