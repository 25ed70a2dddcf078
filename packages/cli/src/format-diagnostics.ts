import { type Diagnostic, diagnosticTexts, formatPath, type Severity, shorten } from '@crossgate/core';
import { formatExcerpt, sourceLines } from './source-excerpt.ts';
import { type Screen, type StyledLine, type Tone, wrapBehind } from './styled-text.ts';

/** A document that findings are about. */
export interface SourceDocument {
  /** For people: the file, or `standard input`. */
  readonly name: string;
  readonly text: string;
}

const TONES: Readonly<Record<Severity, Tone>> = { error: 'bad', warning: 'doubtful', info: 'strong' };

/** Findings one after the other, each with where it is in the document, and what to do. */
export function formatDiagnostics(
  findings: readonly Diagnostic[],
  { name, text }: SourceDocument,
  screen: Screen,
): readonly StyledLine[] {
  const lines = sourceLines(text);
  return findings.flatMap((finding, index) => {
    const { message, help } = diagnosticTexts(finding);
    const tone = TONES[finding.severity];
    const { position, end } = finding;
    const path = formatPath(finding.path.map(step => (typeof step === 'string' ? shorten(step) : step)));
    const place = position ? `${name}:${position.line}:${position.column}` : name;
    const { value } = finding.parameters;
    const span = position && { position, ...(end && { end }) };
    const entry = typeof value === 'string' && value !== '' ? { entry: value } : {};
    const separator: readonly StyledLine[] = index > 0 ? [[]] : [];
    return [
      ...separator,
      ...wrapBehind([{ text: `${finding.severity}[${finding.code}]`, tone }, ' '], message, screen, 2),
      [{ text: `  ${place}${path && `  ${path}`}`, tone: 'faint' }],
      ...(span ? formatExcerpt(lines, [{ span, ...entry, tone }], screen) : []),
      ...wrapBehind([{ text: '  to do: ', tone: 'faint' }], help, screen),
    ];
  });
}

/** `2 errors, 1 warning`; empty when there is nothing. */
export function formatCounts(findings: readonly Diagnostic[]): string {
  const nouns = { error: 'error', warning: 'warning', info: 'info' } as const satisfies Record<
    Severity,
    string
  >;
  return Object.entries(nouns)
    .map(
      ([severity, noun]) => [findings.filter(finding => finding.severity === severity).length, noun] as const,
    )
    .filter(([number]) => number > 0)
    .map(([number, noun]) => `${number} ${noun}${number === 1 ? '' : 's'}`)
    .join(', ');
}
