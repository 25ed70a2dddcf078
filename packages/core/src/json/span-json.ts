import type { SourcePosition, SourceSpan } from '../diagnostic.ts';

/** A part of a document: lines and columns from 1; `end` is behind its last character. */
export interface SpanJson {
  readonly start: SourcePosition;
  /** Null where only the place is known at which something is wrong. */
  readonly end: SourcePosition | null;
}

/** Null where nobody knows. What a reader of documents may have beside the place is left out. */
export function spanJson(span: SourceSpan | undefined): SpanJson | null {
  return span ? { start: span.position, end: span.end ?? null } : null;
}
