import type { Credential, CredentialProblem } from '../dialect.ts';
import { isAccountName } from './routes.ts';
import { accountKey } from './signature.ts';

/** An account signs by its name, with its key ("Authorize with Shared Key"): nobody else is found for its requests. */
export function azureTablesCredentialProblems({
  id,
  secret,
  tenant,
}: Credential): readonly CredentialProblem[] {
  const problems: CredentialProblem[] = [];
  if (tenant !== undefined && id !== tenant) {
    problems.push({ part: 'id', message: `must be ${tenant}, the account that it is for` });
  } else if (!isAccountName(id)) {
    const message = 'must be the name of an account, 3 to 24 lower-case letters and digits';
    problems.push({ part: 'id', message });
  }
  if (!accountKey(secret)) {
    problems.push({ part: 'secret', message: 'must be the key of the account, which is Base64' });
  }
  return problems;
}
