import { type Diagnostic, formatDiagnostic } from '@crossgate/core';

/** So many findings fit an error message; one who mends these meets the rest. */
const FINDINGS_TOLD = 5;

/** Findings as the message of one error. */
export function tellFindings(findings: readonly Diagnostic[]): string {
  const told = findings.slice(0, FINDINGS_TOLD).map(formatDiagnostic);
  const untold = findings.length - told.length;
  if (untold > 0) told.push(`and ${untold} more`);
  return told.join(' | ');
}
