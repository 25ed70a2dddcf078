/**
 * Account ids are such as `account-123456` and `boomi_anybody-T9ABC4`, case-sensitive. Their grammar is not documented:
 * these are the characters that are known, and a bound of ours.
 */
export function isAccountId(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name);
}
