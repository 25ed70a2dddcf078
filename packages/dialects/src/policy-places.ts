import {
  type Diagnostic,
  formatPath,
  locatedAt,
  type PolicyPath,
  type PolicySource,
  type SourceSpan,
} from '@crossgate/core';

/** Where each part of a policy stands in the document that it is read from. */
export interface PolicyPlaces {
  /** Remembers where a part of the policy stands. */
  readonly at: (path: PolicyPath, span: SourceSpan) => void;
  readonly source: Required<PolicySource>;
}

export function newPolicyPlaces(): PolicyPlaces {
  const spans = new Map<string, SourceSpan>();

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
    source: { spanOf, locate: findings => findings.map(locate).sort(byPosition) },
  };
}

/** As the document goes, so that it can be mended from top to bottom. */
export function byPosition({ position: a }: Diagnostic, { position: b }: Diagnostic): number {
  if (!a || !b) return 0;
  return a.line - b.line || a.column - b.column;
}
