import type { ConvertedPolicy } from '../analysis/convert.ts';
import type { Loss } from '../analysis/loss.ts';
import { formatLoss } from '../loss-text.ts';
import type { Policy } from '../policy.ts';
import type { PolicySource } from '../read-policy.ts';
import { type ComparisonJson, comparisonJson } from './comparison-json.ts';
import { type SpanJson, spanJson } from './span-json.ts';

/** A converted policy for programs. They rely on it: it may gain fields, and loses none. */
export interface ConversionJson {
  /** In the neutral form. */
  readonly policy: Policy;
  /** In that of the service; null when it has none. */
  readonly document: string | null;
  readonly losses: readonly (Loss & { readonly span: SpanJson | null; readonly message: string })[];
  readonly comparison: ComparisonJson;
}

/** @param source where the parts of the policy stood that was converted */
export function conversionJson(
  { policy, losses, comparison }: ConvertedPolicy,
  source: PolicySource,
  document: string | null,
): ConversionJson {
  return {
    policy,
    document,
    losses: losses.map(loss => ({
      ...loss,
      span: spanJson(source.spanOf?.(loss.path)),
      message: formatLoss(loss),
    })),
    comparison: comparisonJson(comparison),
  };
}
