import type { Credential, CredentialProblem, Dialect } from '@crossgate/dialects';
import { credentialVariable } from './credential-variables.ts';
import type { Draft } from './draft.ts';
import type { ConfigPath } from './mistake.ts';

const PARTS = ['id', 'secret', 'token'] as const;
const CONTROL_CHARACTERS = 'must not have control characters, such as a line break at its end';

/** Refuses what no request of the service could ever come with. The path is empty for the one of the environment. */
export function checkParts(draft: Draft, dialect: Dialect, credential: Credential, path: ConfigPath): void {
  for (const { part, message } of problemsOf(dialect, credential)) {
    if (path.length > 0) draft.refuse(message, { at: [...path, part] });
    else draft.refuse(`${credentialVariable(dialect)}: the ${part} ${message}`);
  }
}

function problemsOf(dialect: Dialect, credential: Credential): readonly CredentialProblem[] {
  const withControls = PARTS.filter(part => /\p{Cc}/u.test(credential[part] ?? ''));
  const ofService = (dialect.credentialProblems?.(credential) ?? []).filter(
    // What is empty is in a variable that is not there, which has been told.
    ({ part }) => !withControls.includes(part) && credential[part] !== '',
  );
  return [...withControls.map(part => ({ part, message: CONTROL_CHARACTERS })), ...ofService];
}
