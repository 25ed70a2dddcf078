import { type Diagnostic, formatPath } from '@crossgate/core';
import type { JSX } from 'preact';
import { Marked } from '../marked.tsx';
import { texts } from '../texts.ts';
import { findingText } from './findings.ts';

/** Beside what they are about. Nothing where there are none. */
export function FindingsList({
  id,
  findings,
}: {
  readonly id: string;
  readonly findings: readonly Diagnostic[];
}): JSX.Element | null {
  if (findings.length === 0) return null;
  return (
    <ul class="findings" id={id}>
      {findings.map(finding => (
        <li key={`${finding.code} ${formatPath(finding.path)}`} class={finding.severity}>
          <strong>{texts.severity[finding.severity]}:</strong> <Marked text={findingText(finding)} />
        </li>
      ))}
    </ul>
  );
}

/** `2 errors, 1 warning`; the empty string where there are none. */
export function countsText(findings: readonly Diagnostic[]): string {
  return (['error', 'warning', 'info'] as const)
    .map(severity => [severity, findings.filter(finding => finding.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => texts.counts(severity, count))
    .join(', ');
}
