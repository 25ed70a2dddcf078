import { LINT_FINDINGS } from './lint/lint-findings.ts';
import { VALIDATION_FINDINGS } from './validation-findings.ts';

/** How much a finding matters: an `error` keeps a policy from being stored, the others do not. */
export type Severity = 'error' | 'warning' | 'info';

/** Where in the neutral policy: property names and indexes from the root, as in `['rules', 0, 'allowedOrigins', 1]`. */
export type PolicyPath = readonly (string | number)[];

/** Where in a document that somebody wrote. Lines and columns count from 1, columns in UTF-16 code units. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** A part of a document. */
export interface SourceSpan {
  /** Of its first character. */
  readonly position: SourcePosition;
  /** Behind its last character; unset where only the place is known at which something is wrong. */
  readonly end?: SourcePosition;
}

type Parameters = Readonly<Record<string, string | number>>;

interface DiagnosticEntry {
  readonly severity: Severity;
  /** What has it: a policy in the neutral form, or a part of a rule. */
  readonly example: string;
  /** One line, lower case, no final period; `{name}` stands for a parameter. */
  readonly message: string;
  /** What to do about it, in the same form. */
  readonly help: string;
}

/** Every finding there is. Documentation, messages and tests are made from this table. */
export const DIAGNOSTICS: typeof VALIDATION_FINDINGS & typeof LINT_FINDINGS = {
  ...VALIDATION_FINDINGS,
  ...LINT_FINDINGS,
};

export type DiagnosticCode = keyof typeof DIAGNOSTICS;

/** A finding about a policy. Its text is made from the table when somebody wants to read it. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** Empty for the whole policy. */
  readonly path: PolicyPath;
  /** Where it stands in the document, when the policy came from one. */
  readonly position?: SourcePosition;
  /** Where that ends. */
  readonly end?: SourcePosition;
  readonly parameters: Parameters;
  /** A request that shows it, where one can: the policy lets it in, or refuses it, as the message says. */
  readonly witness?: WitnessRequest;
}

/** A request of a page, as a browser would send it. */
export interface WitnessRequest {
  readonly origin: string;
  readonly method: string;
  /** The names that its preflight asks for, in lower case. */
  readonly headers: readonly string[];
}

export function diagnostic(
  code: DiagnosticCode,
  path: PolicyPath,
  parameters: Parameters = {},
  span?: SourceSpan,
): Diagnostic {
  const { severity }: DiagnosticEntry = DIAGNOSTICS[code];
  return { code, severity, path, parameters, ...(span && spanFields(span)) };
}

/** The finding with the place of what it is about. */
export function locatedAt(finding: Diagnostic, span: SourceSpan): Diagnostic {
  return { ...finding, ...spanFields(span) };
}

/** Only what belongs to a span, whatever carries it. */
function spanFields({ position, end }: SourceSpan): SourceSpan {
  return { position, ...(end && { end }) };
}

/** `['rules', 0, 'allowedOrigins', 1]` as `rules[0].allowedOrigins[1]`; the empty path as the empty string. */
export function formatPath(path: PolicyPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** One line: where, what, and what to do. User input in it is cut to a length that fits a line. */
export function formatDiagnostic(finding: Diagnostic): string {
  const { message, help } = diagnosticTexts(finding);
  const path = formatPath(finding.path.map(step => (typeof step === 'string' ? shorten(step) : step)));
  const at = finding.position && `line ${finding.position.line}, column ${finding.position.column}`;
  const where = path && at ? `${path} (${at})` : path || at;
  const text = `${message}; ${help}`;
  return escapeControls(where ? `${where}: ${text}` : text);
}

/** What is wrong and what to do about it, filled in. What users wrote in it may have any character. */
export function diagnosticTexts({ code, parameters }: Diagnostic): {
  readonly message: string;
  readonly help: string;
} {
  const { message, help } = DIAGNOSTICS[code];
  return { message: fill(message, parameters), help: fill(help, parameters) };
}

function fill(template: string, parameters: Parameters): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(parameters[name] ?? '');
    return value === '' ? '(empty)' : shorten(value);
  });
}

const LONGEST_INPUT = 120;

/** User input cut to a length that fits a line. */
export function shorten(text: string): string {
  return text.length > LONGEST_INPUT ? `${text.slice(0, LONGEST_INPUT)}…` : text;
}

/** Line breaks, and whatever else a terminal or a log would act on, as `\u{a}`. */
function escapeControls(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    character => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
