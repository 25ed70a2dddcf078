/** "Authorize with Shared Key" of Azure Tables, as a client makes it, written from the document alone. */
import { createHmac } from 'node:crypto';

/** The headers of a request that is signed now; the account is in the path, as the emulator has it. */
export function azureTablesHeaders(
  { method, target }: { readonly method: string; readonly target: string },
  { account, key }: { readonly account: string; readonly key: string },
): readonly string[] {
  const date = new Date().toUTCString();
  const [path = '', query = ''] = target.split('?', 2);
  const comp = new URLSearchParams(query).get('comp');
  const resource = `/${account}${path}${comp === null ? '' : `?comp=${comp}`}`;
  const signature = createHmac('sha256', Buffer.from(key, 'base64'))
    .update([method, '', '', date, resource].join('\n'))
    .digest('base64');
  return [
    'x-ms-version: 2019-02-02',
    `x-ms-date: ${date}`,
    `Authorization: SharedKey ${account}:${signature}`,
  ];
}
