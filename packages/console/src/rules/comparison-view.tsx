import {
  type Comparison,
  compare,
  compile,
  type LimitReached,
  newBudget,
  type Policy,
  type Profile,
  validate,
  type WitnessJson,
} from '@crossgate/core';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { TenantKey } from '../api/admin-api.ts';
import { formatRoute, tenantRoute } from '../routes.ts';
import { texts } from '../texts.ts';
import { queryOf } from '../try/try-query.ts';

/** A second or so of a slow core: somebody waits for it. */
const STEPS = 300_000;

/** Undefined where one of them is not a policy of the service. */
export function comparisonOf(
  old: Policy,
  now: Policy,
  profile: Profile,
): Comparison | LimitReached | undefined {
  const isUsable = (policy: Policy): boolean =>
    policy.rules.length === 0 || validate(policy, profile).length === 0;
  if (!isUsable(old) || !isUsable(now)) return undefined;
  return compare(compile(old, profile), compile(now, profile), newBudget(STEPS));
}

/** What a change lets in, shuts out and answers differently, each with a request that shows it. */
export function ComparisonView({
  old,
  now,
  profile,
  subject,
}: {
  readonly old: Policy;
  readonly now: Policy;
  readonly profile: Profile;
  readonly subject: TenantKey;
}): JSX.Element | null {
  const comparison = useMemo(() => comparisonOf(old, now, profile), [old, now, profile]);
  if (!comparison) return null;
  if (comparison.kind === 'limit') return <p>{texts.comparison.limit}</p>;
  const { access, gained, lost, answers } = comparison;
  const { access: accessTexts, nothing, request, inAnswers, absent } = texts.comparison;
  const isSame = access === 'equivalent' && answers.length === 0;
  return (
    <div class="comparison">
      <p>
        <strong>{isSame ? nothing : accessTexts[access]}</strong>
      </p>
      <dl>
        {gained && (
          <>
            <dt class="gained">{texts.comparison.gained}</dt>
            <dd>
              <Example witness={gained} subject={subject} />
            </dd>
          </>
        )}
        {lost && (
          <>
            <dt class="lost">{texts.comparison.lost}</dt>
            <dd>
              <Example witness={lost} subject={subject} />
            </dd>
          </>
        )}
        {answers.length > 0 && <dt>{texts.comparison.differs}</dt>}
        {answers.map(({ request: kind, header, old: before, new: after, witness }) => (
          <dd key={`${kind} ${header} ${before} ${after}`}>
            <code>{header}</code> {inAnswers(request[kind])}: <Value text={before ?? absent} /> →{' '}
            <Value text={after ?? absent} />, <Example witness={witness} subject={subject} />
          </dd>
        ))}
      </dl>
    </div>
  );
}

function Value({ text }: { readonly text: string }): JSX.Element {
  return <code>{text}</code>;
}

function Example({
  witness,
  subject,
}: {
  readonly witness: WitnessJson;
  readonly subject: TenantKey;
}): JSX.Element {
  const { origin, method, headers } = witness;
  const query = queryOf({ origin, method, headers: headers.map(name => `${name}: x`).join('\n') });
  return (
    <>
      {texts.comparison.forExample} <code>{method}</code> {texts.comparison.from} <code>{origin}</code>
      {headers.length > 0 && <> {texts.comparison.headers(headers)}</>}{' '}
      <a
        href={formatRoute(tenantRoute(subject, 'try', query))}
        aria-label={`${texts.comparison.tryIt}: ${method} ${origin}`}
      >
        {texts.comparison.tryIt}
      </a>
    </>
  );
}
