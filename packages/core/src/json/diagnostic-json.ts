import { type Diagnostic, diagnosticTexts } from '../diagnostic.ts';
import { type SpanJson, spanJson } from './span-json.ts';

/** A finding for programs. They rely on it: it may gain fields, and loses none. */
export interface DiagnosticJson
  extends Pick<Diagnostic, 'code' | 'severity' | 'path' | 'parameters' | 'witness'> {
  /** Null when the policy did not come from a document, or its reader does not know. */
  readonly span: SpanJson | null;
  /** What is wrong, for a person. */
  readonly message: string;
  /** What to do about it. */
  readonly help: string;
}

export function diagnosticJson(finding: Diagnostic): DiagnosticJson {
  const { code, severity, path, parameters, position, end, witness } = finding;
  return {
    code,
    severity,
    path,
    parameters,
    span: spanJson(position && { position, ...(end && { end }) }),
    ...diagnosticTexts(finding),
    ...(witness && { witness }),
  };
}
