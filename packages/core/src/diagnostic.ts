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
  /** One line, lower case, no final period; `{name}` stands for a parameter. */
  readonly message: string;
  /** What to do about it, in the same form. */
  readonly help: string;
}

/** Every finding there is. Documentation, messages and tests are made from this table. */
export const DIAGNOSTICS = {
  'document-malformed': {
    severity: 'error',
    message: 'the document cannot be read: {problem}',
    help: 'correct the document',
  },
  'document-forbidden': {
    severity: 'error',
    message: 'the document has {what}, which is refused',
    help: 'send the plain document only',
  },
  'document-too-large': {
    severity: 'error',
    message: 'the document has more than {limit} bytes',
    help: 'merge rules, or use wildcards in place of long lists',
  },
  'field-unknown': {
    severity: 'error',
    message: 'there is no `{field}` here',
    help: 'known here: {known}',
  },
  'field-missing': {
    severity: 'error',
    message: '`{field}` is missing',
    help: 'add `{field}`',
  },
  'field-repeated': {
    severity: 'error',
    message: '`{field}` stands here more than once',
    help: 'keep one of them',
  },
  'field-type': {
    severity: 'error',
    message: '`{field}` must be {expected}',
    help: 'correct what stands there',
  },
  'field-not-supported': {
    severity: 'error',
    message: 'this service has no `{field}`',
    help: 'remove `{field}`',
  },
  'rules-missing': {
    severity: 'error',
    message: 'there is no rule',
    help: 'add a rule, or delete the configuration to allow nothing',
  },
  'rules-too-many': {
    severity: 'error',
    message: 'there are {count} rules, the service takes {limit}',
    help: 'merge rules that share methods and headers',
  },
  'rules-too-long': {
    severity: 'error',
    message: 'the rules have {count} characters together, the service takes {limit}',
    help: 'merge rules, or use wildcards in place of long lists',
  },
  'origins-missing': {
    severity: 'error',
    message: 'the rule names no origin',
    help: 'add an allowed origin such as `https://example.com`',
  },
  'origins-too-many': {
    severity: 'error',
    message: 'the rule names {count} origins, the service takes {limit}',
    help: 'use a wildcard, or a second rule',
  },
  'origin-empty': {
    severity: 'error',
    message: 'the origin is empty',
    help: 'write an origin such as `https://example.com`',
  },
  'origin-character': {
    severity: 'error',
    message: 'the origin `{value}` has a character that no origin has',
    help: 'write visible ASCII without spaces or commas; international names in their `xn--` form',
  },
  'origin-too-long': {
    severity: 'error',
    message: 'the origin has {count} characters, the service takes {limit}',
    help: 'shorten the origin',
  },
  'origin-any': {
    severity: 'error',
    message: 'an origin of only `*` is not permitted by this service',
    help: 'name the origin, with `*` for a part of its host',
  },
  'origin-wildcards': {
    severity: 'error',
    message: 'the origin `{value}` has more than one `*`',
    help: 'keep one `*`, and add an origin for each other case',
  },
  'origin-wildcard-place': {
    severity: 'error',
    message: 'the `*` in the origin `{value}` is not where this service takes it',
    help: '{permitted}',
  },
  'origin-not-url': {
    severity: 'error',
    message: 'the origin `{value}` is not of the form `http(s)://host[:port]`',
    help: 'write scheme, host and, when it is not the default, the port; no path, no trailing slash',
  },
  'methods-missing': {
    severity: 'error',
    message: 'the rule names no method',
    help: 'add an allowed method such as `GET`',
  },
  'method-unknown': {
    severity: 'error',
    message: 'the service does not take the method `{value}`',
    help: 'known, in capitals: {known}',
  },
  'header-not-token': {
    severity: 'error',
    message: '`{value}` is not a header name',
    help: "use letters, digits and !#$%&'+-.^_`|~ only (RFC 9110, section 5.6.2)",
  },
  'header-too-long': {
    severity: 'error',
    message: 'the header name has {count} characters, the service takes {limit}',
    help: 'shorten the header name',
  },
  'header-wildcards': {
    severity: 'error',
    message: 'the header name `{value}` has more than one `*`',
    help: 'keep one `*`',
  },
  'header-wildcard-place': {
    severity: 'error',
    message: 'the `*` in the header name `{value}` is not where this service takes it',
    help: '{permitted}',
  },
  'headers-too-many': {
    severity: 'error',
    message: 'the rule has {count} {form} header names in one list, the service takes {limit}',
    help: 'use fewer names, or a second rule',
  },
  'max-age-missing': {
    severity: 'error',
    message: 'the rule has no age for preflight answers',
    help: 'set it, in seconds; 0 keeps browsers from caching',
  },
  'max-age-range': {
    severity: 'error',
    message: 'the age of preflight answers must be a whole number of seconds from 0 to {limit}',
    help: 'write the number of seconds, such as `600`',
  },
} as const;

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
