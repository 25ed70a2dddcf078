import {
  type Diagnostic,
  type DiagnosticCode,
  diagnostic,
  formatPath,
  type Policy,
  type PolicyPath,
  type Profile,
  type ReadPolicyResult,
  type SourceSpan,
  validate,
} from '@crossgate/core';
import { byPosition, newPolicyPlaces } from './policy-places.ts';

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
  const { at, source } = newPolicyPlaces();
  return {
    at,
    find: (code, path, parameters, span) => {
      findings.push(diagnostic(code, path, parameters, span));
    },
    finish: (policy, profile) => {
      // What could not be read has its finding; that it is not valid either says nothing more.
      // Of what stands there twice, the first was read.
      const faults = findings.filter(({ code }) => code !== 'field-repeated');
      const unread = new Set(faults.map(({ path }) => formatPath(path)));
      const invalid = validate(policy, profile).filter(finding => !unread.has(formatPath(finding.path)));
      const diagnostics = [...findings, ...source.locate(invalid)].sort(byPosition);
      if (diagnostics.length > 0) return { kind: 'diagnostics', diagnostics };
      return { kind: 'policy', policy, ...source };
    },
  };
}
