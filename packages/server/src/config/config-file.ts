import { DIALECTS, type Dialect, ROLES, type Role } from '@crossgate/dialects';
import { z } from 'zod';
import { LOG_LEVELS, type LogLevel } from '../log.ts';
import { ETCD_PREFIX, type EtcdTlsFiles, type Limits, UPSTREAM_TIMEOUTS } from '../serve-config.ts';
import { CREDENTIALS, type CredentialEntry, SECRET, type Secret } from './credential-section.ts';
import { limitsSection } from './limits.ts';
import { TLS, type TlsSection } from './tls-section.ts';
import {
  etcdEndpoint,
  host,
  oneOf,
  orMissing,
  seconds,
  section,
  text,
  upstreamUrl,
  wholeNumber,
  yesOrNo,
} from './values.ts';

/** What a configuration file can have. Everything may be left out. */
export interface ConfigFile {
  readonly host?: string;
  readonly portBase?: number;
  readonly admin?: AdminSection;
  readonly data?: string;
  readonly store?: StoreKind;
  readonly etcd?: EtcdSection;
  readonly workers?: number;
  readonly logLevel?: LogLevel;
  readonly limits?: Partial<Limits>;
  readonly tls?: TlsSection;
  readonly dialects?: Readonly<Record<string, DialectSection>>;
}

/** The admin API and the console. */
export interface AdminSection {
  readonly host?: string;
  readonly port?: number;
  readonly tokens?: readonly AdminTokenEntry[];
}

export interface AdminTokenEntry {
  readonly name: string;
  readonly token: Secret;
  readonly role: Role;
}

/** Where policies live. */
export type StoreKind = 'lmdb' | 'memory' | 'etcd';

export interface EtcdSection {
  readonly endpoints?: readonly string[];
  readonly prefix?: string;
  readonly user?: { readonly name: string; readonly password: Secret };
  readonly tls?: EtcdTlsFiles;
}

export interface DialectSection {
  readonly enabled?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: TlsSection;
  readonly variant?: string;
  readonly credentials?: readonly CredentialEntry[];
  readonly upstream?: UpstreamEntry;
  readonly tenants?: Readonly<Record<string, TenantSection>>;
}

export interface TenantSection {
  readonly credentials?: readonly CredentialEntry[];
  readonly upstream?: UpstreamEntry;
}

/** A URL alone has the default time-outs. */
export type UpstreamEntry = string | UpstreamSection;

export interface UpstreamSection {
  readonly url: string;
  readonly host?: 'as-sent' | 'upstream';
  readonly connectTimeoutSeconds?: number;
  readonly headersTimeoutSeconds?: number;
  readonly idleTimeoutSeconds?: number;
}

/** Room for the admin API and the services above the base. */
const HIGHEST_PORT_BASE = 65_535 - 4;
/** Timers count milliseconds in 31 bits: what is longer would be none. */
const LONGEST_SECONDS = 24 * 60 * 60;

/** The settings that flags can make as well, by the names they have in files. */
export const PORT_BASE: z.ZodNumber = wholeNumber(0, HIGHEST_PORT_BASE);
export const WORKERS: z.ZodNumber = wholeNumber(1, 64);
export const STORE: z.ZodType<StoreKind> = oneOf(['lmdb', 'memory', 'etcd']);
export const LOG_LEVEL: z.ZodType<LogLevel> = oneOf(LOG_LEVELS);

const UPSTREAM: z.ZodType<UpstreamEntry> = z
  .union(
    [
      upstreamUrl(),
      section({
        url: upstreamUrl().describe('`http(s)://host[:port]`, nothing else.'),
        host: oneOf(['as-sent', 'upstream'])
          .exactOptional()
          .describe("The `Host` it is sent: the client's, or its own. The default is the dialect's."),
        connectTimeoutSeconds: seconds(LONGEST_SECONDS)
          .exactOptional()
          .meta({ default: UPSTREAM_TIMEOUTS.connectTimeoutSeconds })
          .describe('Until there is a connection.'),
        headersTimeoutSeconds: seconds(LONGEST_SECONDS)
          .exactOptional()
          .meta({ default: UPSTREAM_TIMEOUTS.headersTimeoutSeconds })
          .describe('From the end of a request to the head of its answer; less than `limits.idleSeconds`.'),
        idleTimeoutSeconds: seconds(LONGEST_SECONDS)
          .exactOptional()
          .meta({ default: UPSTREAM_TIMEOUTS.idleTimeoutSeconds })
          .describe('Between two pieces of a body, in either direction.'),
      }),
    ],
    { error: orMissing('must be a URL, or a mapping with url and time-outs') },
  )
  .meta({ id: 'upstream' });

const ADMIN: z.ZodType<AdminSection> = section({
  host: host()
    .exactOptional()
    .meta({ default: '127.0.0.1' })
    .describe('Its address. Any that other machines can reach needs tokens.'),
  port: wholeNumber(0, 65_535)
    .exactOptional()
    .describe('Its port. The default is `portBase`; 0 is any that is free.'),
  tokens: z
    .array(
      section({
        name: text()
          .regex(/^[\w.@-]{1,64}$/, 'must be up to 64 letters, digits and . _ @ -')
          .describe('Who has it, for the log and the console.'),
        token: SECRET.describe(
          'What is shown to log in, 24 characters or more; or where it is: `env:` or `file:`.',
        ),
        role: oneOf(ROLES).describe('What it is good for, see [the admin API](admin-api.md#access).'),
      }),
      { error: orMissing('must be a list, each with a line - name: and lines token: and role:') },
    )
    .exactOptional()
    .describe('Who may use it. With any of them nobody gets in without, from this machine neither.'),
});

const ETCD: z.ZodType<EtcdSection> = section({
  endpoints: z
    .array(etcdEndpoint(), { error: orMissing('must be a list of URLs') })
    .min(1, 'must have an endpoint')
    .exactOptional()
    .describe('Members of the cluster: `http(s)://host[:port]`, by default on port 2379.'),
  prefix: text()
    .regex(/\/$/, 'must end with a slash')
    .exactOptional()
    .meta({ default: ETCD_PREFIX })
    .describe('Before every key. Gateways share policies when they have the same.'),
  user: section({
    name: text().describe('As whom.'),
    password: SECRET.describe('Itself, or where it is: `env:` or `file:`.'),
  })
    .exactOptional()
    .describe('Where the cluster asks for one. `CROSSGATE_ETCD_USER=name:password` goes before it.'),
  tls: section({
    ca: text().exactOptional().describe('Authorities to trust instead of the well-known ones: a PEM file.'),
    certificate: text()
      .exactOptional()
      .describe('What is shown where the cluster asks for a certificate: a PEM file.'),
    privateKey: text().exactOptional().describe('Its key: a PEM file.'),
  })
    .exactOptional()
    .describe('For `https` endpoints. Relative paths begin at the file.'),
});

/** The checks of a file that need nothing else than the value itself. */
export const CONFIG_FILE: z.ZodType<ConfigFile> = section({
  host: host()
    .exactOptional()
    .meta({ default: '127.0.0.1' })
    .describe('The address of the services. That of the admin API is `admin.host`.'),
  portBase: PORT_BASE.exactOptional()
    .meta({ default: 4000 })
    .describe("The admin API's port; services have the next ones. With 0 the system chooses each."),
  admin: ADMIN.exactOptional().describe('The admin API and the console.'),
  data: text()
    .exactOptional()
    .meta({ default: '.crossgate' })
    .describe('Where policies and objects are kept. Relative paths begin at the file.'),
  store: STORE.exactOptional().meta({ default: 'lmdb' }).describe('Where policies live.'),
  etcd: ETCD.exactOptional().describe('The cluster, where policies live in etcd.'),
  workers: WORKERS.exactOptional().meta({ default: 1 }).describe('Processes that serve.'),
  logLevel: LOG_LEVEL.exactOptional().meta({ default: 'info' }).describe('What is logged.'),
  limits: limitsSection(LONGEST_SECONDS).exactOptional().describe('What strangers can take.'),
  tls: TLS.exactOptional().describe(
    'Makes every listener one of HTTPS, that of the admin API too. Relative paths begin at the file.',
  ),
  dialects: section(Object.fromEntries(DIALECTS.map(dialect => [dialect.id, dialectSection(dialect)])))
    .exactOptional()
    .describe('The services. One that is not here is served with its defaults.'),
});

function dialectSection(dialect: Dialect): z.ZodExactOptional<z.ZodType<DialectSection>> {
  const { tenantNoun, title } = dialect;
  const variants = Object.keys(dialect.variants);
  const variant: z.ZodType<string> =
    variants.length > 0 ? oneOf(variants) : z.never(`${title} has no variants; leave it out`);
  const schema: z.ZodType<DialectSection> = section({
    enabled: yesOrNo().exactOptional().meta({ default: true }).describe('Whether it is served.'),
    host: host().exactOptional().describe('The address of its listener. The default is that of all.'),
    port: wholeNumber(0, 65_535)
      .exactOptional()
      .describe('The port of its listener. The default follows from `portBase`; 0 is any that is free.'),
    tls: TLS.exactOptional().describe('What its listener shows, instead of what all show.'),
    variant: variant
      .exactOptional()
      .describe('Another reading of the service, see its page in docs/dialects.'),
    credentials: CREDENTIALS.exactOptional().describe(
      'Who may call. Without any it has its public local key; with an empty list nobody may sign.',
    ),
    upstream: UPSTREAM.exactOptional().describe(
      'The real service, to which data requests go: a URL, or a mapping. Without one it is the embedded service, where there is one.',
    ),
    tenants: z
      .record(
        z
          .string()
          .refine(dialect.isTenantName, `${title} can have no ${tenantNoun} of this name; correct it`),
        section({
          credentials: CREDENTIALS.exactOptional().describe('Who may call, for this tenant only.'),
          upstream: UPSTREAM.exactOptional().describe('Where data requests of this tenant go, instead.'),
        }),
        { error: orMissing(`must be a mapping by the names of ${tenantNoun}s`) },
      )
      .exactOptional()
      .describe('What is different for single tenants, by their names.'),
  });
  return schema.exactOptional().describe(title);
}

/** The JSON Schema of the file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(CONFIG_FILE, { io: 'input' });
  return { title: 'Configuration of crossgate serve', ...schema };
}
