import {
  type Diagnostic,
  diagnosticTexts,
  type PolicyPath,
  type SourcePosition,
  type SourceSpan,
} from '@crossgate/core';

/** A part of a document: lines and columns from 1; `end` is behind its last character. */
export interface SpanJson {
  readonly start: SourcePosition;
  /** Null where only the place is known at which something is wrong. */
  readonly end: SourcePosition | null;
}

/** A finding as `crossgate lint --json` prints it. Scripts rely on it: it may gain fields, and loses none. */
export interface DiagnosticJson {
  readonly code: string;
  readonly severity: string;
  readonly path: PolicyPath;
  readonly span: SpanJson | null;
  readonly message: string;
  readonly help: string;
  readonly witness?: Diagnostic['witness'];
}

export function diagnosticJson(finding: Diagnostic): DiagnosticJson {
  const { code, severity, path, position, end, witness } = finding;
  return {
    code,
    severity,
    path,
    span: position ? spanJson({ position, ...(end && { end }) }) : null,
    ...diagnosticTexts(finding),
    ...(witness && { witness }),
  };
}

export function spanJson({ position, end }: SourceSpan): SpanJson {
  return { start: position, end: end ?? null };
}
