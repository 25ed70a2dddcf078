/**
 * The request signature of Azure Tables ("Authorize with Shared Key"), as a client makes it. Written from the document
 * alone: it shares nothing with the service that it is to prove.
 */
import { createHmac } from 'node:crypto';

/** The account of the emulator, with the key that everybody knows. */
export const EMULATOR = {
  account: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
} as const;

/** The value of `Authorization` for a request with this date, that of `x-ms-date` or `Date`. */
export function azureTablesAuthorization(
  { method, target, headers }: { readonly method: string; readonly target: string; readonly headers: Readonly<Record<string, string>> },
  date: string,
): string {
  const [path = '', query = ''] = target.split('?', 2);
  const comp = new URLSearchParams(query).get('comp');
  const resource = `/${EMULATOR.account}${path}${comp === null ? '' : `?comp=${comp}`}`;
  const value = (name: string): string =>
    Object.entries(headers).find(([candidate]) => candidate.toLowerCase() === name)?.[1] ?? '';
  const text = [method, value('content-md5'), value('content-type'), date, resource].join('\n');
  const signature = createHmac('sha256', Buffer.from(EMULATOR.key, 'base64')).update(text).digest('base64');
  return `SharedKey ${EMULATOR.account}:${signature}`;
}
