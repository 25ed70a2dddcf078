import { type Credential, type Dialect, dialectById } from '@crossgate/dialects';
import type { RunningServer } from './serve.ts';
import type { ServeConfig } from './serve-config.ts';

interface Row {
  readonly dialect: Dialect;
  readonly address: string;
  readonly credential: Credential | undefined;
}

/** What a person reads when the server is ready: where it listens, with which key, and something to try. */
export function formatStartUp(server: RunningServer, config: ServeConfig): string {
  const rows: Row[] = server.listeners.flatMap(({ dialect: id, address }) => {
    const dialect = dialectById(id);
    const [credential] = config.dialects[id]?.credentials ?? [];
    return dialect ? [{ dialect, address, credential }] : [];
  });
  const width = Math.max(...rows.map(({ dialect }) => dialect.title.length), 'Admin API'.length);
  const lines = [
    'Crossgate is ready.',
    '',
    `  ${'Admin API'.padEnd(width)}  http://${server.adminAddress}`,
    ...rows.map(({ dialect, address }) => `  ${dialect.title.padEnd(width)}  http://${address}`),
    '',
  ];
  for (const { dialect, credential } of rows) {
    if (credential === dialect.localCredential) {
      lines.push(`  Local key of ${dialect.title}: ${credential.id} / ${credential.secret}`);
    }
  }
  const data = config.store === 'memory' ? 'policies in memory, objects' : 'policies and objects';
  lines.push(`  Data: ${data} in ${config.dataDirectory}`, '');
  const [first] = rows;
  if (first) lines.push('Try, in another terminal:', tryCommand(first, server.adminAddress), '');
  return lines.join('\n');
}

/** Lets one origin in where nobody is yet, then asks as a browser of that origin would. */
function tryCommand({ dialect, address }: Row, adminAddress: string): string {
  const { tenant, path } = dialect.example;
  const policy = {
    rules: [{ allowedOrigins: ['https://example.com'], allowedMethods: ['GET'], allowedHeaders: [] }],
  };
  return [
    `  curl -X PUT http://${adminAddress}/api/v1/tenants/${dialect.id}/${tenant}/policy \\`,
    `    -H 'If-None-Match: *' -d '${JSON.stringify(policy)}' &&`,
    `  curl -i -X OPTIONS http://${address}${path} \\`,
    "    -H 'Origin: https://example.com' -H 'Access-Control-Request-Method: GET'",
  ].join('\n');
}
