import { REFUSAL_TEXTS } from '@crossgate/core';
import type { JSX } from 'preact';
import type { RefusalSummary, TenantKey } from '../api/admin-api.ts';
import { formatRoute, tenantRoute } from '../routes.ts';
import { sentence } from '../sentence.ts';
import { texts } from '../texts.ts';
import { timeText } from '../time-text.ts';
import { queryOf } from '../try/try-query.ts';

/** More than anybody reads. */
const SHOWN = 50;

/** What was refused, why, and a way to try the same. */
export function RefusalsTable({
  refusals,
  withTenant,
}: {
  readonly refusals: readonly (TenantKey & RefusalSummary)[];
  readonly withTenant: boolean;
}): JSX.Element {
  const { columns, refusals: caption, noRefusals, none } = texts.live;
  if (refusals.length === 0) return <p>{noRefusals}</p>;
  return (
    <div class="scroll">
      <table>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {withTenant && <th scope="col">{columns.tenant}</th>}
            <th scope="col">{columns.origin}</th>
            <th scope="col">{columns.method}</th>
            <th scope="col">{columns.why}</th>
            <th scope="col">{columns.count}</th>
            <th scope="col">{columns.last}</th>
            <th scope="col">{columns.now}</th>
            <th scope="col">{texts.live.tryIt}</th>
          </tr>
        </thead>
        <tbody>
          {refusals.slice(0, SHOWN).map(refusal => {
            const { dialect, tenant, kind, origin, method, reason, count, lastSeen } = refusal;
            return (
              <tr key={`${dialect}/${tenant} ${kind} ${origin} ${method} ${reason}`}>
                {withTenant && (
                  <td>
                    <a href={formatRoute(tenantRoute(refusal))}>{tenant}</a>
                  </td>
                )}
                <td>
                  <code>{origin ?? none}</code>
                </td>
                <td>{method ?? none}</td>
                <td class="why">{reasonText(reason)}</td>
                <td class="number">{count.toLocaleString()}</td>
                <td>
                  <time dateTime={lastSeen}>{timeText(lastSeen)}</time>
                </td>
                <td>{admittedText(refusal)}</td>
                <td>
                  <a
                    href={formatRoute(tryRoute(refusal))}
                    aria-label={texts.live.tryThis(origin ?? none, method ?? none)}
                  >
                    {texts.live.tryIt}
                  </a>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function tryRoute(refusal: TenantKey & RefusalSummary): ReturnType<typeof tenantRoute> {
  const { origin, method, sample } = refusal;
  const names = (sample.requestHeaders ?? '').split(',').map(name => name.trim());
  const headers = names.filter(name => name !== '').map(name => `${name}: x`);
  return tenantRoute(
    refusal,
    'try',
    queryOf({
      ...(origin && { origin }),
      ...(method && { method }),
      headers: headers.join('\n'),
    }),
  );
}

/** Reasons come as data: one that this page does not know is shown as it is. */
function reasonText(reason: string): string {
  const known: Readonly<Record<string, string>> = REFUSAL_TEXTS;
  return Object.hasOwn(known, reason) ? sentence(known[reason] ?? reason) : reason;
}

function admittedText({ admittedNow }: RefusalSummary): string {
  if (admittedNow === null) return texts.live.unknown;
  return admittedNow ? texts.live.admitted : texts.live.refusedNow;
}
