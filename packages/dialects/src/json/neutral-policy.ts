import { type PolicyPath, type ReadPolicyResult, readPolicy, type SourceSpan } from '@crossgate/core';
import { newPolicyPlaces, type PolicyPlaces } from '../policy-places.ts';
import { type JsonNode, readJson } from './read-json.ts';

/**
 * Reads the neutral form of a policy from JSON, with the place of every finding. Only the shape is checked: what a
 * service takes is a matter of `validate`.
 */
export function readNeutralPolicy(bytes: Uint8Array): ReadPolicyResult {
  const json = readJson(bytes);
  if (json.kind === 'diagnostic') return { kind: 'diagnostics', diagnostics: [json.diagnostic] };
  const places = newPolicyPlaces();
  const result = readPolicy(plainValue(json.value, [], json.value, places));
  const { source } = places;
  if (result.kind === 'policy') return { ...result, ...source };
  return { kind: 'diagnostics', diagnostics: source.locate(result.diagnostics) };
}

/** The plain value. Paths of the neutral form are those of its JSON; a member stands where its name does. */
function plainValue(node: JsonNode, path: PolicyPath, span: SourceSpan, places: PolicyPlaces): unknown {
  places.at(path, span);
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(
        node.members.map(({ name, position, value }) => [
          name,
          plainValue(value, [...path, name], { position, end: value.end }, places),
        ]),
      );
    case 'array':
      return node.items.map((item, index) => plainValue(item, [...path, index], item, places));
    case 'null':
      return null;
    case 'string':
    case 'number':
    case 'boolean':
      return node.value;
    default:
      return node satisfies never;
  }
}
