import {
  type CandidateChange,
  changesOfRules,
  editsOf,
  newRules,
  placesOf,
  type Refused,
} from './candidate-change.ts';
import type { CompiledPolicy } from './compile.ts';
import type { PolicyEdit } from './edit.ts';
import { type Obstacle, obstaclesTo } from './obstacle.ts';
import { takesOver } from './take-over.ts';

/** What would let a refused request in. */
export type NearestChange =
  | {
      readonly kind: 'edits';
      /** The rule that came nearest, the changed one if one is changed; undefined when there is no rule. */
      readonly rule: number | undefined;
      /** For `applyEdits`. Each is needed, and none adds a wildcard. */
      readonly edits: readonly PolicyEdit[];
      /**
       * Whether requests that other rules answer may be answered by the changed or new rule then, which can be a
       * refusal. Thought of are requests for one method, as browsers make them.
       */
      readonly takesOver: boolean;
    }
  /** No edit that adds what the request names, and no more, lets it in. */
  | {
      readonly kind: 'impossible';
      /**
       * The rule that came nearest, or that lets in what browsers send; undefined when there is none, or something was
       * not sent.
       */
      readonly rule: number | undefined;
      /** What stands in the way of changing that rule, and of a new one. */
      readonly obstacles: readonly Obstacle[];
    };

/**
 * The smallest change that lets the request in. A change that leaves all other requests to the rules that answer them
 * goes before one that does not. Then the fewest places count, a place being one list or a new rule; then a change of
 * a list goes before a new rule, fewer edits before more, and an earlier rule before a later one. Where a later rule
 * would allow the request, were it reached, a new rule goes before a change of the one that refused.
 */
export function nearestChange(policy: CompiledPolicy, refused: Refused): NearestChange {
  const what = notSent(refused);
  if (what) return { kind: 'impossible', rule: undefined, obstacles: [{ kind: 'not-sent', what }] };
  const changes = changesOfRules(policy, refused);
  const additions = newRules(policy, refused);
  const nearest = changes[0]?.index;

  let second: NearestChange | undefined;
  for (const candidate of inOrder(policy, refused, changes, additions)) {
    if (obstaclesTo(policy, candidate).length > 0) continue;
    const { kind, index, added } = candidate;
    const change: NearestChange = {
      kind: 'edits',
      rule: kind === 'change' ? index : nearest,
      edits: editsOf(candidate),
      takesOver: kind === 'change' ? takesOver(policy, index, added, refused.byOrigin) : candidate.takesOver,
    };
    if (!change.takesOver) return change;
    second ??= change;
  }
  if (second) return second;
  const tried = [...changes.slice(0, 1), ...additions.slice(0, 1)];
  const obstacles = tried.flatMap(candidate => obstaclesTo(policy, candidate));
  return { kind: 'impossible', rule: nearest, obstacles };
}

function notSent({ origin, methods }: Refused): 'origin' | 'method' | undefined {
  if (origin === '') return 'origin';
  return methods.every(method => method === '') ? 'method' : undefined;
}

function inOrder(
  policy: CompiledPolicy,
  refused: Refused,
  changes: readonly CandidateChange[],
  additions: readonly CandidateChange[],
): readonly CandidateChange[] {
  const isCaptured =
    refused.chosen !== undefined &&
    changesOfRules(policy, { ...refused, chosen: undefined }).some(change => placesOf(change) === 0);
  const candidates = isCaptured ? [...additions, ...changes] : [...changes, ...additions];
  return candidates.sort((a, b) => placesOf(a) - placesOf(b));
}
