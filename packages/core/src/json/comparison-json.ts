import type { AnswerDifference, Comparison } from '../analysis/compare.ts';
import type { Witness } from '../analysis/witness.ts';

/** A comparison for programs. They rely on it: it may gain fields, and loses none. */
export interface ComparisonJson {
  readonly access: Comparison['access'];
  readonly gained: WitnessJson | null;
  readonly lost: WitnessJson | null;
  readonly answers: readonly (Omit<AnswerDifference, 'witness'> & { readonly witness: WitnessJson })[];
}

/** `browser` tells whether a page in a browser can send it; when it is false, none can send any that shows the same. */
export type WitnessJson = Pick<Witness, 'origin' | 'method' | 'headers' | 'browser'>;

export function comparisonJson({ access, gained, lost, answers }: Comparison): ComparisonJson {
  return {
    access,
    gained: gained && witnessJson(gained),
    lost: lost && witnessJson(lost),
    answers: answers.map(({ request, header, old, new: now, witness, responseHeaderNames, widens }) => ({
      request,
      header,
      old,
      new: now,
      witness: witnessJson(witness),
      responseHeaderNames,
      widens,
    })),
  };
}

function witnessJson({ origin, method, headers, browser }: Witness): WitnessJson {
  return { origin, method, headers, browser };
}
