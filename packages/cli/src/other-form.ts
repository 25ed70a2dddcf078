import { DIALECTS, type Dialect, readNeutralPolicy } from '@crossgate/dialects';

/** What takes a document in the neutral form: a profile that reads it, or no `--dialect` where a server does. */
export type NeutralTaker = 'profile' | 'server';

/**
 * The form that a document is in which cannot be read in the one that was named, and how to name that, as a sentence;
 * undefined where no other form reads it either.
 *
 * @param own whose document it was read as; undefined for the neutral form
 */
export function adviseOtherForm(
  bytes: Uint8Array,
  own: Dialect | undefined,
  taker: NeutralTaker,
): string | undefined {
  if (own?.policyApi && readNeutralPolicy(bytes).kind === 'policy') {
    const how = taker === 'server' ? 'leave out --dialect' : `read it with --profile ${own.id}`;
    return `It is in the neutral form, not a document of ${own.title}: ${how}.`;
  }
  const other = DIALECTS.find(
    dialect => dialect.id !== own?.id && dialect.policyApi?.document.parse(bytes).kind === 'policy',
  );
  if (!other) {
    const isXml =
      !own?.policyApi && new TextDecoder().decode(bytes.subarray(0, 1024)).trimStart().startsWith('<');
    return isXml ? 'It was read as JSON; name a document of a service with --dialect.' : undefined;
  }
  return own?.policyApi
    ? `It is a document of ${other.title}: name ${other.id} in place of ${own.id}.`
    : `It is a document of ${other.title}, not in the neutral form: read it with --dialect ${other.id}.`;
}
