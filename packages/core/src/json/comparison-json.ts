import type { AnswerDifference, Comparison } from '../analysis/compare.ts';
import type { Witness } from '../analysis/witness.ts';

/** A comparison for programs. They rely on it: it may gain fields, and loses none. */
export interface ComparisonJson {
  readonly access: Comparison['access'];
  readonly gained: WitnessJson | null;
  readonly lost: WitnessJson | null;
  readonly answers: readonly (Omit<AnswerDifference, 'witness'> & { readonly witness: WitnessJson })[];
}

export type WitnessJson = Pick<Witness, 'origin' | 'method' | 'headers'>;

export function comparisonJson({ access, gained, lost, answers }: Comparison): ComparisonJson {
  return {
    access,
    gained: gained && witnessJson(gained),
    lost: lost && witnessJson(lost),
    answers: answers.map(({ request, header, old, new: now, witness, responseHeaderNames }) => ({
      request,
      header,
      old,
      new: now,
      witness: witnessJson(witness),
      responseHeaderNames,
    })),
  };
}

function witnessJson({ origin, method, headers }: Witness): WitnessJson {
  return { origin, method, headers };
}
