import { type Dialect, dialectById } from '@crossgate/dialects';
import type { RunningServer } from './serve.ts';
import type { AdminConfig, DialectConfig, ServeConfig, TlsKeys } from './serve-config.ts';

/** A service and where it listens. */
interface Row {
  readonly dialect: Dialect;
  readonly config: DialectConfig;
  /** `http://host:port`, or what there is to say before it is known. */
  readonly origin: string;
}

const LINE_WIDTH = 80;

/** What a person reads when the server is ready: where it listens, with which key, and something to try. */
export function formatStartUp(server: RunningServer, config: ServeConfig): string {
  const rows = rowsOf(config, server.listeners);
  const [first] = rows;
  return [
    'Crossgate is ready.',
    '',
    ...formatListeners(server.adminOrigin, rows, config.admin),
    '',
    ...formatLocalKeys(rows),
    ...formatStores(config),
    '',
    ...(first ? ['Try, in another terminal:', tryCommand(first, server.adminOrigin, config.admin), ''] : []),
  ].join('\n');
}

/** What would be served, for who asks before anything is opened. */
export function formatPlan(config: ServeConfig): string {
  const listeners = Object.entries(config.dialects).map(([dialect, { host, port, tls }]) => ({
    dialect,
    origin: plannedOrigin(host, port, tls),
  }));
  const rows = rowsOf(config, listeners);
  return [
    'The configuration is in order. It would serve:',
    '',
    ...formatListeners(plannedOrigin(config.admin.host, config.admin.port, config.tls), rows, config.admin),
    '',
    ...formatLocalKeys(rows),
    ...rows.flatMap(({ dialect, config: { credentials } }) =>
      isLocal(dialect, credentials)
        ? []
        : [`  Keys of ${dialect.title}: ${credentials.map(({ id }) => id).join(', ') || 'none'}`],
    ),
    ...formatStores(config),
    `  Processes: ${config.workers}`,
  ].join('\n');
}

function rowsOf(
  config: ServeConfig,
  listeners: readonly { dialect: string; origin: string }[],
): readonly Row[] {
  return listeners.flatMap(({ dialect: id, origin }) => {
    const dialect = dialectById(id);
    const dialectConfig = config.dialects[id];
    return dialect && dialectConfig ? [{ dialect, config: dialectConfig, origin }] : [];
  });
}

function plannedOrigin(host: string, port: number, tls: TlsKeys | undefined): string {
  const scheme = tls ? 'https' : 'http';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port === 0 ? '(any free port)' : port}`;
}

function formatListeners(
  adminOrigin: string,
  rows: readonly Row[],
  { tokens }: AdminConfig,
): readonly string[] {
  const width = Math.max(...rows.map(({ dialect }) => dialect.title.length), 'Admin API'.length);
  const line = (title: string, text: string): string => `  ${title.padEnd(width)}  ${text}`;
  return [
    line('Admin API', adminOrigin),
    ...(tokens.length > 0 ? [line('', `tokens: ${formatTokens(tokens)}`)] : []),
    ...rows.flatMap(({ dialect, config, origin }) => [
      line(dialect.title, origin),
      ...formatUpstreams(dialect, config).map(text => line('', text)),
    ]),
  ];
}

function formatTokens(tokens: AdminConfig['tokens']): string {
  const shown = tokens.slice(0, LISTED).map(({ name, role }) => `${name} (${role})`);
  const more = tokens.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** More than these would push the rest off the screen. */
const LISTED = 3;

function formatUpstreams(dialect: Dialect, { upstream, tenantUpstreams }: DialectConfig): readonly string[] {
  const tenants = Object.entries(tenantUpstreams);
  const lines = tenants.slice(0, LISTED).map(([tenant, { url }]) => `${tenant} -> ${url}`);
  if (tenants.length > LISTED) {
    lines.push(`${tenants.length - LISTED} more ${dialect.tenantNoun}s -> upstreams of their own`);
  }
  if (upstream) lines.push(tenants.length > 0 ? `others -> ${upstream.url}` : `data -> ${upstream.url}`);
  else if (!dialect.openDataApi) lines.push(`no upstream for data: --upstream ${dialect.id}=URL`);
  return lines;
}

function formatLocalKeys(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ dialect, config: { credentials } }) => {
    if (!isLocal(dialect, credentials)) return [];
    const { id, secret } = dialect.localCredential;
    const start = `  Local key of ${dialect.title}: ${id} /`;
    const line = `${start} ${secret}`;
    return line.length <= LINE_WIDTH ? [line] : [start, `    ${secret}`];
  });
}

/** Whether a dialect has its public key and no other. */
function isLocal({ localCredential }: Dialect, credentials: DialectConfig['credentials']): boolean {
  return credentials.length === 1 && credentials[0] === localCredential;
}

function formatStores({ store, dataDirectory }: ServeConfig): readonly string[] {
  if (typeof store === 'object') {
    return [
      `  Policies: etcd, below ${store.prefix}, at`,
      ...store.endpoints.map(endpoint => `    ${endpoint}`),
      `  Data: replica of policies, and objects, in ${dataDirectory}`,
    ];
  }
  const kept = store === 'memory' ? 'policies in memory, objects' : 'policies and objects';
  return [`  Data: ${kept} in ${dataDirectory}`];
}

/** Lets one origin in where nobody is yet, then asks as a browser of that origin would. */
function tryCommand({ dialect, origin }: Row, adminOrigin: string, { tokens }: AdminConfig): string {
  const { tenant, path } = dialect.example;
  return [
    "  curl -X PUT -H 'If-None-Match: *' \\",
    ...(tokens.length > 0 ? ['    -H "Authorization: Bearer $CROSSGATE_ADMIN_TOKEN" \\'] : []),
    `    ${adminOrigin}/api/v1/tenants/${dialect.id}/${tenant}/policy \\`,
    `    -d '{"rules":[{"allowedOrigins":["https://example.com"],`,
    `    "allowedMethods":["GET"]}]}' &&`,
    `  curl -i -X OPTIONS ${origin}${path} \\`,
    "    -H 'Origin: https://example.com' -H 'Access-Control-Request-Method: GET'",
  ].join('\n');
}
