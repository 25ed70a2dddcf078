import {
  type Diagnostic,
  type DiagnosticCode,
  diagnostic,
  formatPath,
  locatedAt,
  type Policy,
  type PolicyPath,
  type Profile,
  type ReadPolicyResult,
  type SourceSpan,
  validate,
} from '@crossgate/core';

/** The reading of one policy document: what was found wrong so far, and where each part of the policy stood. */
export interface PolicyReading {
  /** Remembers where a part of the policy stands. */
  readonly at: (path: PolicyPath, span: SourceSpan) => void;
  readonly find: (
    code: DiagnosticCode,
    path: PolicyPath,
    parameters: Diagnostic['parameters'],
    span: SourceSpan,
  ) => void;
  /** The policy when nothing is wrong with it, neither as a document nor for the service. */
  readonly finish: (policy: Policy, profile: Profile) => ReadPolicyResult;
}

export function newPolicyReading(): PolicyReading {
  const findings: Diagnostic[] = [];
  const spans = new Map<string, SourceSpan>();

  /** Of what is at the path, or of the nearest thing around it. */
  function spanOf(path: PolicyPath): SourceSpan | undefined {
    for (let length = path.length; length >= 0; length--) {
      const span = spans.get(formatPath(path.slice(0, length)));
      if (span) return span;
    }
    return undefined;
  }

  function locate(finding: Diagnostic): Diagnostic {
    const span = spanOf(finding.path);
    return span ? locatedAt(finding, span) : finding;
  }

  return {
    at: (path, span) => {
      spans.set(formatPath(path), span);
    },
    find: (code, path, parameters, span) => {
      findings.push(diagnostic(code, path, parameters, span));
    },
    finish: (policy, profile) => {
      // What could not be read has its finding; that it is not valid either says nothing more.
      const unread = new Set(findings.map(finding => formatPath(finding.path)));
      const invalid = validate(policy, profile)
        .filter(finding => !unread.has(formatPath(finding.path)))
        .map(locate);
      const diagnostics = [...findings, ...invalid].sort(byPosition);
      if (diagnostics.length > 0) return { kind: 'diagnostics', diagnostics };
      return { kind: 'policy', policy, locate: found => found.map(locate).sort(byPosition), spanOf };
    },
  };
}

/** As the document goes, so that it can be mended from top to bottom. */
function byPosition(a: Diagnostic, b: Diagnostic): number {
  const [first, second] = [a.position, b.position];
  if (!first || !second) return 0;
  return first.line - second.line || first.column - second.column;
}
