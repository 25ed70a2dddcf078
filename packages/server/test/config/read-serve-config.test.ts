import { cosDialect, DIALECTS } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { readServeConfig } from '../../src/config/read-serve-config.ts';
import {
  DEFAULT_LIMITS,
  type DialectConfig,
  type ServeConfig,
  UPSTREAM_TIMEOUTS,
} from '../../src/serve-config.ts';

const { id, secret } = cosDialect.localCredential;

type Environment = Readonly<Record<string, string>>;

/** Reads flags, an environment and a file that is in `/etc/crossgate`. */
function read(settings: Readonly<Record<string, unknown>>, environment: Environment, file?: string) {
  const text = file === undefined ? undefined : { name: '/etc/crossgate/c.yaml', text: file };
  return readServeConfig(settings, environment, text);
}

function configOf(
  settings: Readonly<Record<string, unknown>> = {},
  environment: Environment = {},
  file?: string,
): ServeConfig {
  const result = read(settings, environment, file);
  if (result.kind === 'problem') throw new Error(result.message);
  return result.config;
}

function problemOf(
  settings: Readonly<Record<string, unknown>>,
  environment: Environment = {},
  file?: string,
): string {
  const result = read(settings, environment, file);
  return result.kind === 'problem' ? result.message : 'none';
}

/** How COS is served by a file with these lines in its section. */
function cosOf(lines: string, environment: Environment = {}): DialectConfig | undefined {
  return configOf({}, environment, `dialects:\n  cos:\n${lines.replaceAll(/^/gm, '    ')}`).dialects['cos'];
}

describe(readServeConfig, () => {
  it('has a default for everything', () => {
    expect(configOf()).toEqual({
      portBase: 4000,
      admin: { host: '127.0.0.1', port: 4000, tokens: [] },
      dataDirectory: '.crossgate',
      store: 'lmdb',
      workers: 1,
      logLevel: 'info',
      limits: DEFAULT_LIMITS,
      dialects: Object.fromEntries(
        DIALECTS.map(({ id, portOffset, localCredential }) => [
          id,
          {
            host: '127.0.0.1',
            port: 4000 + portOffset,
            credentials: [localCredential],
            tenantUpstreams: {},
          },
        ]),
      ),
    });
  });

  it('takes a setting that is there but undefined for one that is not given', () => {
    expect(
      configOf({ host: undefined, dataDirectory: undefined, portBase: undefined, workers: undefined }),
    ).toEqual(configOf());
  });

  it('reads numbers from text, as they come from a command line', () => {
    expect(configOf({ portBase: '24000', workers: '3' })).toMatchObject({ portBase: 24_000, workers: 3 });
  });

  it.each([
    { name: 'a port that is no number', settings: { portBase: 'abc' }, says: '--port-base' },
    { name: 'an empty port', settings: { portBase: '' }, says: '--port-base' },
    { name: 'a port with a fraction', settings: { portBase: '4000.5' }, says: '--port-base' },
    { name: 'a negative port', settings: { portBase: '-1' }, says: '--port-base' },
    { name: 'a base without room for the services', settings: { portBase: '65532' }, says: '65531' },
    { name: 'no worker', settings: { workers: '0' }, says: '--workers' },
    { name: 'too many workers', settings: { workers: '65' }, says: '64' },
    { name: 'an unknown store', settings: { store: 'floppy' }, says: 'lmdb' },
    { name: 'an unknown log level', settings: { logLevel: 'loud' }, says: '--log-level' },
    { name: 'an empty data directory', settings: { dataDirectory: '' }, says: '--data' },
    { name: 'an empty host', settings: { host: '' }, says: '--host' },
    { name: 'a host with a port', settings: { host: '127.0.0.1:80' }, says: '--host' },
    { name: 'a host in brackets', settings: { host: '[::1]' }, says: '--host' },
    { name: 'a setting that there is not', settings: { colour: 'red' }, says: 'colour' },
    {
      name: 'a memory store with several workers',
      settings: { store: 'memory', workers: 2 },
      says: '--workers 1',
    },
  ])('refuses $name, and names it as the command line does', ({ settings, says }) => {
    expect(problemOf(settings)).toContain(says);
  });

  it('tells every problem, each on its line', () => {
    expect(problemOf({ portBase: 'abc', workers: '0' }).split('\n')).toHaveLength(2);
  });
});

describe('the variant of a service', () => {
  it('is taken by its name', () => {
    const { dialects } = configOf({ variant: ['qingstor=filter-headers'] });
    expect(dialects['qingstor']?.variant).toBe('filter-headers');
    expect(dialects['cos']?.variant).toBeUndefined();
  });

  it.each(['qingstor=other', 'cos=filter-headers', 'filter-headers', ''])(
    'is refused when it is %j',
    choice => {
      expect(problemOf({ variant: [choice] })).toBe('--variant must be one of qingstor=filter-headers');
    },
  );
});

describe('the upstream of a service', () => {
  it('is taken by the id of its dialect, with time-outs', () => {
    const { dialects } = configOf({
      upstream: ['cos=https://cos.example.com', 'qingstor=http://127.0.0.1:9000'],
    });
    expect(dialects['cos']?.upstream).toEqual({ url: 'https://cos.example.com', ...UPSTREAM_TIMEOUTS });
    expect(dialects['qingstor']?.upstream?.url).toBe('http://127.0.0.1:9000');
  });

  it.each([
    {
      choice: 'http://a.example',
      says: `--upstream must be DIALECT=URL, with one of ${DIALECTS.map(dialect => dialect.id).join(', ')}`,
    },
    { choice: 's3=http://a.example', says: '--upstream must be DIALECT=URL' },
    { choice: 'cos=', says: '--upstream cos: must be http://host[:port]' },
    { choice: 'cos=a.example:80', says: '--upstream cos: must be http://host[:port]' },
    { choice: 'cos=ftp://a.example', says: 'must be http://host[:port] or https://host[:port]' },
    { choice: 'cos=http://me:hush@a.example', says: 'leave out user and password' },
    { choice: 'cos=http://a.example/base', says: 'leave out everything behind host and port' },
    { choice: 'cos=http://a.example/?a', says: 'leave out everything behind host and port' },
    { choice: 'cos=http://*', says: 'must have an address or the name of a host' },
    { choice: 'cos=http://a..example', says: 'must have an address or the name of a host' },
    { choice: 'cos=http://a.example:0', says: 'nothing listens on port 0; give the port' },
  ])('is refused when it is $choice', ({ choice, says }) => {
    expect(problemOf({ upstream: [choice] })).toContain(says);
  });

  it.each(['http://[::1]:80', 'http://192.0.2.1', 'https://a_b.example.', 'http://bücher.example'])(
    'may be %s',
    url => {
      expect(configOf({ upstream: [`cos=${url}`] }).dialects['cos']?.upstream?.url).toBe(url);
    },
  );

  it('is refused when there are two', () => {
    const upstream = ['cos=http://a.example', 'qingstor=http://a.example', 'cos=http://b.example'];
    expect(problemOf({ upstream })).toBe('--upstream is there twice for cos; leave one of them out');
  });
});

const VARIABLES = DIALECTS.map(
  dialect => `CROSSGATE_${dialect.id.toUpperCase().replaceAll('-', '_')}_CREDENTIAL`,
);
/** Good for every service: an account name with a key in Base64 too. */
const OWN_KEYS = Object.fromEntries(VARIABLES.map(variable => [variable, 'mine:aHVzaA==']));

describe('the credential of a service', () => {
  it.each([
    { name: 'id and secret', text: 'me:hush', credential: { id: 'me', secret: 'hush' } },
    { name: 'a secret with colons', text: 'me:a:b', credential: { id: 'me', secret: 'a:b' } },
    { name: 'nothing', text: '', credential: cosDialect.localCredential },
  ])('is read from the environment: $name', ({ text, credential }) => {
    const { dialects } = configOf({}, { CROSSGATE_COS_CREDENTIAL: text });
    expect(dialects['cos']?.credentials).toEqual([credential]);
  });

  it.each(['no-colon', ':secret', 'id:'])('is refused when it is not id:secret: %s', text => {
    const problem = problemOf({}, { CROSSGATE_COS_CREDENTIAL: text });
    expect(problem).toBe('CROSSGATE_COS_CREDENTIAL must be id:secret');
  });

  it.each([
    { name: 'a line break at its end', text: 'me:hush\n', part: 'secret' },
    { name: 'a line break in the id', text: 'm\ne:hush', part: 'id' },
  ])('is refused when it has $name', ({ text, part }) => {
    expect(problemOf({}, { CROSSGATE_COS_CREDENTIAL: text })).toBe(
      `CROSSGATE_COS_CREDENTIAL: the ${part} must not have control characters, such as a line break at its end`,
    );
  });

  it('is refused when the service could not have it', () => {
    expect(problemOf({}, { CROSSGATE_AZURE_TABLES_CREDENTIAL: 'Foo:hush!' }).split('\n')).toEqual([
      'CROSSGATE_AZURE_TABLES_CREDENTIAL: the id must be the name of an account, 3 to 24 lower-case letters and digits',
      'CROSSGATE_AZURE_TABLES_CREDENTIAL: the secret must be the key of the account, which is Base64',
    ]);
  });

  it.each([
    {
      variable: 'CROSSGATE_COSS_CREDENTIAL',
      says: 'CROSSGATE_COSS_CREDENTIAL is of no service; did you mean CROSSGATE_COS_CREDENTIAL?',
    },
    {
      variable: 'CROSSGATE_COS_CREDENTIALS',
      says: 'CROSSGATE_COS_CREDENTIALS is of no service; did you mean CROSSGATE_COS_CREDENTIAL?',
    },
    {
      variable: 'CROSSGATE_CREDENTIAL',
      says: `CROSSGATE_CREDENTIAL is of no service; known: ${VARIABLES.join(', ')}`,
    },
  ])('is refused when it is of no service: $variable', ({ variable, says }) => {
    expect(problemOf({}, { [variable]: 'me:hush' })).toBe(says);
    expect(problemOf({}, { [variable]: '' })).toBe('none');
  });

  it('is not what a variable has that the file names', () => {
    const name = 'CROSSGATE_PRODUCTION_CREDENTIAL';
    const list = `[{ id: a, secret: { env: ${name} } }]`;
    for (const section of [`credentials: ${list}`, `tenants: { a-1250000000: { credentials: ${list} } }`]) {
      expect(cosOf(section, { [name]: 'hush' })?.credentials).toMatchObject([{ id: 'a', secret: 'hush' }]);
    }
  });

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])('may be the local one on %s', host => {
    expect(configOf({ host }).dialects['cos']?.host).toBe(host);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', '127.example.com', 'localhost.example.com'])(
    'must be one of your own on %s',
    host => {
      const all = VARIABLES.map(variable => `${variable}=id:secret`);
      expect(problemOf({ host })).toBe(
        `${host} can be reached from other machines, and the local keys are public: set ${all.join(' and ')}, or listen on 127.0.0.1`,
      );
      expect(problemOf({ host }, { CROSSGATE_COS_CREDENTIAL: 'me:hush' })).toContain(
        `public: set ${all.slice(1).join(' and ')}, or`,
      );
      expect(configOf({ host }, OWN_KEYS).dialects['cos']?.host).toBe(host);
    },
  );

  it.each([
    { name: 'the local key, written out', text: `${id}:${secret}` },
    { name: 'the local secret under another id', text: `me:${secret}` },
  ])('is not one of your own when it is $name', ({ text }) => {
    const keys = { ...OWN_KEYS, CROSSGATE_COS_CREDENTIAL: text };
    expect(problemOf({ host: '0.0.0.0' }, keys)).toContain(
      'are public: set CROSSGATE_COS_CREDENTIAL=id:secret, or',
    );
  });
});

const FILE = `
host: 127.0.0.2
portBase: 5000
data: data
store: memory
logLevel: warn
limits: { idleSeconds: 90 }
dialects:
  cos:
    host: 127.0.0.3
    port: 80
    credentials: [{ id: file, secret: hush }]
    upstream: { url: http://file.example, host: upstream, connectTimeoutSeconds: 2 }
    tenants:
      one-1250000000:
        credentials: [{ id: one, secret: hush, token: t }]
        upstream: http://one.example
  qingstor: { variant: filter-headers }
`;

describe('policies in etcd', () => {
  const ETCD_FILE = `
store: etcd
etcd:
  endpoints: [https://file.example]
  prefix: /mine/
  user: { name: file, password: { env: PASSWORD } }
  tls: { ca: ca.pem, certificate: /keys/c.pem, privateKey: /keys/k.pem }
`;

  it('need no more than endpoints', () => {
    expect(configOf({ store: 'etcd=http://a,https://b:1' }).store).toEqual({
      kind: 'etcd',
      endpoints: ['http://a', 'https://b:1'],
      prefix: '/crossgate/',
      tls: {},
    });
  });

  it('are set by the file, with paths that begin there', () => {
    expect(configOf({}, { PASSWORD: 'hush' }, ETCD_FILE).store).toEqual({
      kind: 'etcd',
      endpoints: ['https://file.example'],
      prefix: '/mine/',
      user: { name: 'file', password: 'hush' },
      tls: {
        ca: '/etc/crossgate/ca.pem',
        certificate: '/keys/c.pem',
        privateKey: '/keys/k.pem',
      },
    });
  });

  it('have endpoints of a flag and a user of the environment before those of the file', () => {
    const environment = { PASSWORD: 'hush', CROSSGATE_ETCD_USER: 'me:a:b' };
    expect(configOf({ store: 'etcd=http://flag' }, environment, ETCD_FILE).store).toMatchObject({
      endpoints: ['http://flag'],
      prefix: '/mine/',
      user: { name: 'me', password: 'a:b' },
    });
    expect(configOf({ store: 'etcd' }, environment, ETCD_FILE).store).toMatchObject({
      endpoints: ['https://file.example'],
    });
    expect(configOf({ store: 'lmdb' }, environment, ETCD_FILE).store).toBe('lmdb');
  });

  it.each([
    { name: 'no endpoints', settings: { store: 'etcd' }, says: 'etcd needs endpoints' },
    { name: 'an endpoint that is none', settings: { store: 'etcd=a' }, says: '--store a must be http://' },
    { name: 'an empty endpoint', settings: { store: 'etcd=http://a,' }, says: '--store' },
    {
      name: 'endpoints of another store',
      settings: { store: 'lmdb=http://a' },
      says: '--store must be lmdb',
    },
    {
      name: 'a user without a password',
      settings: { store: 'etcd=http://a' },
      environment: { CROSSGATE_ETCD_USER: 'me' },
      says: 'CROSSGATE_ETCD_USER must be name:password',
    },
  ])('cannot have $name', ({ settings, environment = {}, says }) => {
    expect(problemOf(settings, environment)).toContain(says);
  });
});

describe('the file of a configuration', () => {
  it('sets everything, with defaults for what it leaves out', () => {
    const config = configOf({}, {}, FILE);
    expect(config).toMatchObject({
      portBase: 5000,
      dataDirectory: '/etc/crossgate/data',
      store: 'memory',
      workers: 1,
      logLevel: 'warn',
      limits: { ...DEFAULT_LIMITS, idleSeconds: 90 },
    });
    expect(config.dialects['cos']).toEqual({
      host: '127.0.0.3',
      port: 80,
      credentials: [
        { id: 'file', secret: 'hush' },
        { id: 'one', secret: 'hush', token: 't', tenant: 'one-1250000000' },
      ],
      upstream: {
        ...UPSTREAM_TIMEOUTS,
        url: 'http://file.example',
        host: 'upstream',
        connectTimeoutSeconds: 2,
      },
      tenantUpstreams: { 'one-1250000000': { ...UPSTREAM_TIMEOUTS, url: 'http://one.example' } },
    });
    expect(config.dialects['qingstor']).toMatchObject({
      host: '127.0.0.2',
      port: 5002,
      variant: 'filter-headers',
    });
  });

  it('makes a configuration that is plain JSON, for other processes', () => {
    const config = configOf({}, {}, FILE);
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });

  it.each(['', '# nothing yet', '{}', '---\n...\n', '\u{feff}{}', '~'])('may be empty: %j', file => {
    expect(configOf({}, {}, file)).toEqual(configOf());
  });

  it('comes after flags of the same name; the host and port of a single service stay', () => {
    const config = configOf(
      {
        host: '127.0.0.9',
        portBase: 6000,
        dataDirectory: 'here',
        store: 'lmdb',
        workers: 2,
        logLevel: 'error',
        upstream: ['cos=http://flag.example'],
      },
      {},
      FILE,
    );
    expect(config).toMatchObject({
      portBase: 6000,
      dataDirectory: 'here',
      store: 'lmdb',
      workers: 2,
      logLevel: 'error',
    });
    expect(config.dialects['qingstor']).toMatchObject({ host: '127.0.0.9', port: 6002 });
    expect(config.dialects['cos']).toMatchObject({ host: '127.0.0.3', port: 80 });
    expect(config.dialects['cos']?.upstream).toMatchObject({
      url: 'http://flag.example',
      connectTimeoutSeconds: 2,
    });
    expect(config.dialects['cos']?.tenantUpstreams['one-1250000000']?.url).toBe('http://one.example');
  });

  it('leaves a service out that is disabled', () => {
    const { dialects } = configOf({}, {}, 'dialects: { cos: { enabled: false } }');
    expect(Object.keys(dialects)).toEqual(DIALECTS.map(dialect => dialect.id).filter(name => name !== 'cos'));
  });

  it('gives services ports that are free when the base is 0', () => {
    const { dialects } = configOf({}, {}, 'portBase: 0\ndialects: { qingstor: { port: 7000 } }');
    expect([dialects['cos']?.port, dialects['qingstor']?.port]).toEqual([0, 7000]);
  });

  it.each([
    { name: 'two services on two addresses', lines: 'host: 127.0.0.2\nport: 4002' },
    { name: 'a service on the port of the admin API, elsewhere', lines: 'host: 127.0.0.2\nport: 4000' },
  ])('may have one port for $name', ({ lines }) => {
    expect(cosOf(lines)).toMatchObject({ host: '127.0.0.2' });
  });
});

describe('the credentials of a file', () => {
  it('give way to the one in the environment, but for those of single tenants', () => {
    const { dialects } = configOf({}, { CROSSGATE_COS_CREDENTIAL: 'me:hush' }, FILE);
    expect(dialects['cos']?.credentials.map(credential => credential.id)).toEqual(['me', 'one']);
  });

  it('have their secrets in the environment, where the file says so', () => {
    const lines = 'credentials: [{ id: a, secret: { env: A }, token: { env: B } }]';
    expect(cosOf(lines, { A: 'hush', B: 'token' })?.credentials).toEqual([
      { id: 'a', secret: 'hush', token: 'token' },
    ]);
  });

  it('are the local one when there are none, and none when the list is empty', () => {
    expect(cosOf('enabled: true')?.credentials).toEqual([cosDialect.localCredential]);
    expect(cosOf('credentials: []')?.credentials).toEqual([]);
    expect(cosOf('credentials: []\nhost: 0.0.0.0')?.host).toBe('0.0.0.0');
  });

  it('have no local one beside those of a tenant', () => {
    const lines = 'tenants: { one-1250000000: { credentials: [{ id: a, secret: hush }] } }';
    expect(cosOf(lines)?.credentials).toEqual([{ id: 'a', secret: 'hush', tenant: 'one-1250000000' }]);
  });

  it('may have an id for several tenants', () => {
    const own = '{ credentials: [{ id: a, secret: hush }] }';
    expect(cosOf(`tenants: { a-1250000000: ${own}, b-1250000000: ${own} }`)?.credentials).toHaveLength(2);
  });
});
