import { type Dialect, dialectById } from '@crossgate/dialects';
import type { RunningServer } from './serve.ts';
import type { AdminConfig, DialectConfig, ServeConfig } from './serve-config.ts';

/** A service and where it listens. */
interface Row {
  readonly dialect: Dialect;
  readonly config: DialectConfig;
  /** `host:port`, or what there is to say before it is known. */
  readonly address: string;
}

const LINE_WIDTH = 80;

/** What a person reads when the server is ready: where it listens, with which key, and something to try. */
export function formatStartUp(server: RunningServer, config: ServeConfig): string {
  const rows = rowsOf(config, server.listeners);
  const [first] = rows;
  return [
    'Crossgate is ready.',
    '',
    ...formatListeners(server.adminAddress, rows, config.admin),
    '',
    ...formatLocalKeys(rows),
    ...formatStores(config),
    '',
    ...(first ? ['Try, in another terminal:', tryCommand(first, server.adminAddress, config.admin), ''] : []),
  ].join('\n');
}

/** What would be served, for who asks before anything is opened. */
export function formatPlan(config: ServeConfig): string {
  const listeners = Object.entries(config.dialects).map(([dialect, { host, port }]) => ({
    dialect,
    address: plannedAddress(host, port),
  }));
  const rows = rowsOf(config, listeners);
  return [
    'The configuration is in order. It would serve:',
    '',
    ...formatListeners(plannedAddress(config.admin.host, config.admin.port), rows, config.admin),
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
  listeners: readonly { dialect: string; address: string }[],
): readonly Row[] {
  return listeners.flatMap(({ dialect: id, address }) => {
    const dialect = dialectById(id);
    const dialectConfig = config.dialects[id];
    return dialect && dialectConfig ? [{ dialect, config: dialectConfig, address }] : [];
  });
}

function plannedAddress(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port === 0 ? '(any free port)' : port}`;
}

function formatListeners(
  adminAddress: string,
  rows: readonly Row[],
  { tokens }: AdminConfig,
): readonly string[] {
  const width = Math.max(...rows.map(({ dialect }) => dialect.title.length), 'Admin API'.length);
  const line = (title: string, text: string): string => `  ${title.padEnd(width)}  ${text}`;
  return [
    line('Admin API', `http://${adminAddress}`),
    ...(tokens.length > 0 ? [line('', `tokens: ${formatTokens(tokens)}`)] : []),
    ...rows.flatMap(({ dialect, config, address }) => [
      line(dialect.title, `http://${address}`),
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
function tryCommand({ dialect, address }: Row, adminAddress: string, { tokens }: AdminConfig): string {
  const { tenant, path } = dialect.example;
  return [
    "  curl -X PUT -H 'If-None-Match: *' \\",
    ...(tokens.length > 0 ? ['    -H "Authorization: Bearer $CROSSGATE_ADMIN_TOKEN" \\'] : []),
    `    http://${adminAddress}/api/v1/tenants/${dialect.id}/${tenant}/policy \\`,
    `    -d '{"rules":[{"allowedOrigins":["https://example.com"],`,
    `    "allowedMethods":["GET"]}]}' &&`,
    `  curl -i -X OPTIONS http://${address}${path} \\`,
    "    -H 'Origin: https://example.com' -H 'Access-Control-Request-Method: GET'",
  ].join('\n');
}
