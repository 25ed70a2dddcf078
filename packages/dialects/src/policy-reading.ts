import {
  type Diagnostic,
  type DiagnosticCode,
  diagnostic,
  formatPath,
  type Policy,
  type PolicyPath,
  type Profile,
  type ReadPolicyResult,
  type SourcePosition,
  validate,
} from '@crossgate/core';

/** The reading of one policy document: what was found wrong so far, and where each part of the policy stood. */
export interface PolicyReading {
  /** Remembers where a part of the policy stands. */
  readonly at: (path: PolicyPath, position: SourcePosition) => void;
  readonly find: (
    code: DiagnosticCode,
    path: PolicyPath,
    parameters: Diagnostic['parameters'],
    position: SourcePosition,
  ) => void;
  /** The policy when nothing is wrong with it, neither as a document nor for the service. */
  readonly finish: (policy: Policy, profile: Profile) => ReadPolicyResult;
}

export function newPolicyReading(): PolicyReading {
  const findings: Diagnostic[] = [];
  const positions = new Map<string, SourcePosition>();

  /** Gives a finding the position of what it is about, or of the nearest thing around it. */
  function locate(finding: Diagnostic): Diagnostic {
    for (let length = finding.path.length; length >= 0; length--) {
      const position = positions.get(formatPath(finding.path.slice(0, length)));
      if (position) return { ...finding, position };
    }
    return finding;
  }

  return {
    at: (path, position) => {
      positions.set(formatPath(path), position);
    },
    find: (code, path, parameters, position) => {
      findings.push(diagnostic(code, path, parameters, position));
    },
    finish: (policy, profile) => {
      // What could not be read has its finding; that it is not valid either says nothing more.
      const unread = new Set(findings.map(finding => formatPath(finding.path)));
      const invalid = validate(policy, profile)
        .filter(finding => !unread.has(formatPath(finding.path)))
        .map(locate);
      const diagnostics = [...findings, ...invalid].sort(byPosition);
      return diagnostics.length > 0 ? { kind: 'diagnostics', diagnostics } : { kind: 'policy', policy };
    },
  };
}

/** As the document goes, so that it can be mended from top to bottom. */
function byPosition(a: Diagnostic, b: Diagnostic): number {
  const [first, second] = [a.position, b.position];
  if (!first || !second) return 0;
  return first.line - second.line || first.column - second.column;
}
