import { DIALECTS } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { readServeConfig } from '../../src/config/read-serve-config.ts';

/** The mistakes of a file, each as a line. */
function mistakesIn(text: string, settings: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const read = readServeConfig(settings, {}, { name: 'c.yaml', text });
  return read.kind === 'problem' ? read.message.split('\n') : [];
}

interface Case {
  readonly name: string;
  readonly text: string;
  readonly says: string;
}

const NOT_YAML: readonly Case[] = [
  {
    name: 'a quote that is not closed',
    text: 'host: "a\n',
    says: '2:1: something is missing here: a closing quote or bracket, a comma, a colon with a space behind, or a space before #',
  },
  {
    name: 'a tab',
    text: 'limits:\n\tidleSeconds: 1\n',
    says: '2:1: tabs are not taken as indentation; use spaces',
  },
  {
    name: 'a tag that nobody knows',
    text: 'host: !secret a\n',
    says: '1:7: tags are not taken; quote a value that begins with !',
  },
  {
    name: 'two documents',
    text: 'host: a\n---\nhost: b\n',
    says: '2:1: there must be one document only; take out the line ---',
  },
  {
    name: 'nesting without end',
    text: `host: ${'['.repeat(5_000)}`,
    says: '1:38: must not be nested deeper than 32 levels',
  },
  {
    name: 'a text without end',
    text: `# ${'x'.repeat(300_000)}`,
    says: '1:1: must not have more than 262144 characters',
  },
];

const NOT_FOR_CONFIGURATIONS: readonly Case[] = [
  {
    name: 'a key that is there twice',
    text: 'host: a\nworkers: 1\nhost: b\n',
    says: '3:1: host: stands in line 1 too; take one of them out',
  },
  {
    name: 'an alias',
    text: 'host: &a localhost\ndata: *a\n',
    says: '2:7: data: aliases are not taken; write out what it stands for, or quote a value that begins with *',
  },
  {
    name: 'a tag',
    text: 'host: !!str 1\n',
    says: '1:13: host: tags are not taken; quote a value that begins with !',
  },
  {
    name: 'a key that is a list',
    text: '[a]: 1\n',
    says: '1:1: ["?"]: this cannot be a key; give it a name',
  },
  {
    name: 'a key that is the prototype',
    text: 'dialects:\n  cos:\n    tenants: { __proto__: {} }\n',
    says: '3:16: dialects.cos.tenants["?"]: this cannot be a key; give it a name',
  },
];

const WRONG_VALUES: readonly Case[] = [
  {
    name: 'a list for the file',
    text: '- host: a\n',
    says: '1:1: must be a mapping with the keys host, portBase, admin, data, store, etcd, workers, logLevel, limits, tls, dialects',
  },
  {
    name: 'a key with a slip',
    text: 'limits:\n  idelSeconds: 1\n',
    says: '2:3: limits.idelSeconds: there is no such key; did you mean idleSeconds?',
  },
  {
    name: 'a key in another case',
    text: 'portbase: 1\n',
    says: '1:1: portbase: there is no such key; did you mean portBase?',
  },
  {
    name: 'a key that is like no other',
    text: 'limits: { colour: 1 }\n',
    says: '1:11: limits["?"]: there is no such key; known: headerBytes, headersSeconds, bodyBytesPerSecond, slowBodySeconds, idleSeconds, keepAliveSeconds, connections, connectionsPerAddress, tenantRate, addressRate, trustedProxies',
  },
  {
    name: 'a number as text',
    text: 'workers: "2"\n',
    says: '1:10: workers: must be a whole number from 1 to 64',
  },
  {
    name: 'a number out of bounds',
    text: 'portBase: 65532\n',
    says: '1:11: portBase: must be a whole number from 0 to 65531',
  },
  {
    name: 'a key without a value',
    text: 'host:\nworkers: 1\n',
    says: '1:6: host: has no value; give it one, or leave it out',
  },
  {
    name: 'a host with a port',
    text: 'host: localhost:80\n',
    says: '1:7: host: must be an address or the name of a host, without port or brackets',
  },
  { name: 'an unknown store', text: 'store: x\n', says: '1:8: store: must be one of lmdb, memory, etcd' },
  {
    name: 'an endpoint of etcd that is none',
    text: 'etcd: { endpoints: [http://a/b] }\n',
    says: '1:21: etcd.endpoints[0]: must be http://host[:port] or https://host[:port]',
  },
  {
    name: 'no endpoint of etcd',
    text: 'etcd: { endpoints: [] }\n',
    says: '1:20: etcd.endpoints: must have an endpoint',
  },
  {
    name: 'a prefix in etcd without its slash',
    text: 'etcd: { prefix: a }\n',
    says: '1:17: etcd.prefix: must end with a slash',
  },
  {
    name: 'a time-out of nothing',
    text: 'limits: { idleSeconds: 0 }\n',
    says: '1:24: limits.idleSeconds: must be a number of seconds above 0, up to 86400',
  },
  {
    name: 'a time-out that is no number',
    text: 'limits: { idleSeconds: .nan }\n',
    says: '1:24: limits.idleSeconds: must be a number of seconds above 0, up to 86400',
  },
  {
    name: 'a rate without a burst',
    text: 'limits: { tenantRate: { requestsPerSecond: 1 } }\n',
    says: '1:11: limits.tenantRate.burst: is missing; add it',
  },
  {
    name: 'a rate of nothing',
    text: 'limits: { addressRate: { requestsPerSecond: 0, burst: 1 } }\n',
    says: '1:45: limits.addressRate.requestsPerSecond: must be a whole number from 1 to 1000000',
  },
  {
    name: 'a proxy by its name',
    text: 'limits: { trustedProxies: [10.0.0.0/8, proxy.test] }\n',
    says: '1:40: limits.trustedProxies[1]: must be an IP address, or a network such as 10.0.0.0/8',
  },
  {
    name: 'a word for yes',
    text: 'dialects:\n  cos:\n    enabled: yes\n',
    says: '3:14: dialects.cos.enabled: must be true or false',
  },
  {
    name: 'an unknown service',
    text: 'dialects:\n  cso: {}\n',
    says: '2:3: dialects.cso: there is no such key; did you mean cos?',
  },
  {
    name: 'an unknown variant',
    text: 'dialects:\n  qingstor: { variant: x }\n',
    says: '2:24: dialects.qingstor.variant: must be one of filter-headers',
  },
  {
    name: 'a variant of a service that has none',
    text: 'dialects:\n  cos: { variant: x }\n',
    says: '2:19: dialects.cos.variant: Tencent COS has no variants; leave it out',
  },
  {
    name: 'a bucket that cannot be',
    text: 'dialects:\n  cos:\n    tenants:\n      my.bucket: {}\n',
    says: '4:7: dialects.cos.tenants["?"]: Tencent COS can have no bucket of this name; correct it',
  },
  {
    name: 'a credential without a secret',
    text: 'dialects:\n  cos:\n    credentials:\n      - id: a\n',
    says: '4:9: dialects.cos.credentials[0].secret: is missing; add it',
  },
  {
    name: 'a secret that is a number',
    text: 'dialects:\n  cos:\n    credentials:\n      - id: a\n        secret: 0123\n',
    says: '5:17: dialects.cos.credentials[0].secret: must be text, in quotes, or env: and the name of an environment variable, or file: and a path',
  },
  {
    name: 'a secret in no variable',
    text: 'dialects:\n  cos:\n    credentials:\n      - id: a\n        secret: {}\n',
    says: '5:17: dialects.cos.credentials[0].secret: must have either env: or file:',
  },
  {
    name: 'an upstream that is no URL',
    text: 'dialects:\n  cos:\n    upstream: a.example:80\n',
    says: '3:15: dialects.cos.upstream: must be http://host[:port] or https://host[:port]',
  },
  {
    name: 'an upstream with a path',
    text: 'dialects:\n  cos:\n    upstream:\n      url: http://a.example/base\n',
    says: '4:12: dialects.cos.upstream.url: paths go to the upstream as they came; leave out everything behind host and port',
  },
  {
    name: 'an upstream for any host',
    text: 'dialects:\n  cos:\n    upstream: http://*\n',
    says: '3:15: dialects.cos.upstream: must have an address or the name of a host',
  },
  {
    name: 'an upstream on no port',
    text: 'dialects:\n  cos:\n    upstream: http://a:0\n',
    says: '3:15: dialects.cos.upstream: nothing listens on port 0; give the port',
  },
  {
    name: 'an upstream without a URL',
    text: 'dialects:\n  cos:\n    upstream: { host: upstream }\n',
    says: '3:5: dialects.cos.upstream.url: is missing; add it',
  },
  {
    name: 'an upstream that is a list',
    text: 'dialects:\n  cos:\n    upstream: [a]\n',
    says: '3:15: dialects.cos.upstream: must be a URL, or a mapping with url and time-outs',
  },
];

const WRONG_TOGETHER: readonly Case[] = [
  {
    name: 'a memory store with workers',
    text: 'workers: 2\nstore: memory\n',
    says: '2:8: store: the memory store belongs to one process: use --workers 1, or --store lmdb',
  },
  {
    name: 'etcd without endpoints',
    text: 'store: etcd\n',
    says: '1:8: store: etcd needs endpoints: use --store etcd=URL,URL, or etcd.endpoints in the file',
  },
  {
    name: 'a certificate for etcd without its key',
    text: 'store: etcd\netcd: { endpoints: [https://a], tls: { certificate: a.pem } }\n',
    says: '2:38: etcd.tls: a certificate and its privateKey go together; add the other one',
  },
  {
    name: 'two services on one port',
    text: 'dialects:\n  cos: { port: 4002 }\n',
    says: '2:16: dialects.cos.port: 4002 is the port of qingstor too; choose another',
  },
  {
    name: 'a service on the port of another, which has it by default',
    text: 'dialects:\n  qingstor: { port: 4001, host: 0.0.0.0, credentials: [] }\n',
    says: '2:21: dialects.qingstor.port: 4001 is the port of cos too; choose another',
  },
  {
    name: 'a service on the port of the admin API',
    text: 'host: localhost\ndialects:\n  cos: { port: 4000 }\n',
    says: '3:16: dialects.cos.port: 4000 is the port of the admin API too; choose another',
  },
  {
    name: 'a key twice in a list',
    text: 'dialects:\n  cos:\n    credentials:\n      - { id: a, secret: x }\n      - { id: a, secret: x, role: read-only }\n',
    says: '5:15: dialects.cos.credentials[1].id: a has the same secret as in dialects.cos.credentials[0]; leave one of them out',
  },
  {
    name: 'a key for a tenant and for all',
    text: 'dialects:\n  qingstor:\n    credentials: [{ id: a, secret: x }]\n    tenants:\n      mybucket: { credentials: [{ id: a, secret: x }] }\n',
    says: '5:39: dialects.qingstor.tenants.mybucket.credentials[0].id: a has the same secret as in dialects.qingstor.credentials[0]; leave one of them out',
  },
  {
    name: 'a variable that is not there',
    text: 'dialects:\n  cos:\n    credentials: [{ id: a, secret: { env: NOT_SET } }]\n',
    says: '3:43: dialects.cos.credentials[0].secret.env: the environment has no NOT_SET; set it to the secret',
  },
  {
    name: 'a public secret on an address that others reach',
    text: 'dialects:\n  cos:\n    host: 0.0.0.0\n    credentials:\n      - id: mine\n        secret: crossgate-local-secret\n',
    says: '6:17: dialects.cos.credentials[0].secret: everybody knows this secret, and 0.0.0.0 can be reached from other machines; use one of your own',
  },
  {
    name: 'no credentials on an address that others reach',
    text: 'dialects:\n  cos: { host: 0.0.0.0 }\n',
    says: '2:16: dialects.cos.host: 0.0.0.0 can be reached from other machines, and the local keys are public: set CROSSGATE_COS_CREDENTIAL=id:secret, or listen on 127.0.0.1',
  },
  {
    name: 'a secret with a line break at its end',
    text: 'dialects:\n  cos:\n    credentials:\n      - id: a\n        secret: |\n          hush\n',
    says: '5:17: dialects.cos.credentials[0].secret: must not have control characters, such as a line break at its end',
  },
  {
    name: 'a token with a control character',
    text: 'dialects:\n  cos:\n    credentials: [{ id: a, secret: x, token: "\\e" }]\n',
    says: '3:46: dialects.cos.credentials[0].token: must not have control characters, such as a line break at its end',
  },
  {
    name: 'a key that the service cannot have',
    text: 'dialects:\n  azure-tables:\n    credentials: [{ id: myaccount, secret: hush! }]\n',
    says: '3:44: dialects.azure-tables.credentials[0].secret: must be the key of the account, which is Base64',
  },
  {
    name: 'a line break in such a key',
    text: 'dialects:\n  azure-tables:\n    credentials: [{ id: myaccount, secret: "hush\\n" }]\n',
    says: '3:44: dialects.azure-tables.credentials[0].secret: must not have control characters, such as a line break at its end',
  },
  {
    name: 'the id of another account',
    text: 'dialects:\n  azure-tables:\n    tenants:\n      myaccount: { credentials: [{ id: other, secret: aHVzaA== }] }\n',
    says: '4:40: dialects.azure-tables.tenants.myaccount.credentials[0].id: must be myaccount, the account that it is for',
  },
  {
    name: 'a variable that is not there, for such a key',
    text: 'dialects:\n  azure-tables:\n    credentials: [{ id: myaccount, secret: { env: NOT_SET } }]\n',
    says: '3:51: dialects.azure-tables.credentials[0].secret.env: the environment has no NOT_SET; set it to the secret',
  },
  {
    name: 'an upstream that may take longer than clients are waited for',
    text: 'dialects:\n  cos:\n    upstream: { url: http://a, headersTimeoutSeconds: 120 }\n',
    says: '3:55: dialects.cos.upstream.headersTimeoutSeconds: must be less than limits.idleSeconds (120), or clients are cut off before they are told',
  },
  {
    name: 'clients that are waited for less than any upstream',
    text: 'limits: { idleSeconds: 60 }\ndialects: { cos: { upstream: http://a }, qingstor: { upstream: http://b } }\n',
    says: '1:24: limits.idleSeconds: must be more than the headersTimeoutSeconds of upstreams (60), or clients are cut off before they are told',
  },
];

describe('a mistake in a configuration file', () => {
  it.each([...NOT_YAML, ...NOT_FOR_CONFIGURATIONS, ...WRONG_VALUES, ...WRONG_TOGETHER])(
    'is told once, with its place: $name',
    ({ text, says }) => {
      expect(mistakesIn(text)).toEqual([`c.yaml:${says}`]);
    },
  );

  it('is told with all others, in the order of their places', () => {
    const text = 'workers: 0\nstore: x\ndialects:\n  cos: { port: 4002, upstream: x, credentials: [{}] }\n';
    expect(mistakesIn(text).map(line => line.split(': ').slice(0, 2).join(' '))).toEqual([
      'c.yaml:1:10 workers',
      'c.yaml:2:8 store',
      'c.yaml:4:16 dialects.cos.port',
      'c.yaml:4:32 dialects.cos.upstream',
      'c.yaml:4:49 dialects.cos.credentials[0].id',
      'c.yaml:4:49 dialects.cos.credentials[0].secret',
    ]);
  });

  it('is told beside those of flags', () => {
    expect(mistakesIn('store: x\n', { workers: '0' })).toEqual([
      '--workers must be a whole number from 1 to 64',
      'c.yaml:1:8: store: must be one of lmdb, memory, etcd',
    ]);
  });

  it('does not make what depends on it look wrong', () => {
    const text =
      'portBase: x\nhost: 0.0.0.0\ndialects: { cos: { port: 4002, credentials: x }, qingstor: { credentials: [1] } }\n';
    // Of the services that the file does not name the local keys are public in truth.
    const others = mistakesIn(text).filter(line => !line.includes('local keys'));
    expect(others.map(line => line.split(': ')[1])).toEqual([
      'portBase',
      'dialects.cos.credentials',
      'dialects.qingstor.credentials[0]',
    ]);
  });

  it('has no place in the file when a flag made it', () => {
    const says = 'the memory store belongs to one process: use --workers 1, or --store lmdb';
    expect(mistakesIn('host: localhost\n', { workers: 2, store: 'memory' })).toEqual([says]);
    expect(mistakesIn('workers: 2\n', { store: 'memory' })).toEqual([`c.yaml:1:10: workers: ${says}`]);
  });

  it('is one line, whatever names are in it', () => {
    const text = 'dialects:\n  cos:\n    credentials: [{ id: a, secret: { env: "A\\nB" } }]\n';
    expect(mistakesIn(text)).toEqual([
      'c.yaml:3:43: dialects.cos.credentials[0].secret.env: the environment has no A\\nB; set it to the secret',
    ]);
  });

  it('is a flag for a service that is disabled', () => {
    const text = 'dialects:\n  cos: { enabled: false }\n';
    expect(mistakesIn(text, { upstream: ['cos=http://a'] })).toEqual([
      'c.yaml:2:19: dialects.cos.enabled: is false, and there is --upstream cos; leave one of them out',
    ]);
  });

  it('is that nothing is served', () => {
    const text = ['dialects:', ...DIALECTS.map(({ id }) => `  ${id}: { enabled: false }`), ''].join('\n');
    expect(mistakesIn(text)).toEqual(['c.yaml:2:3: dialects: every service is disabled; enable one']);
  });
});

describe('very many mistakes', () => {
  const MANY = 9_000;
  const repeat = (line: (i: number) => string): string =>
    Array.from({ length: MANY }, (_, i) => line(i)).join('');

  it.each([
    { name: 'unknown keys', text: repeat(i => `unknown${i}: 1\n`) },
    { name: 'keys that are there twice', text: repeat(i => `host: a${i}\n`) },
    {
      name: 'tenants that cannot be',
      text: `dialects:\n  cos:\n    tenants:\n${repeat(i => `      T${i}: {}\n`)}`,
    },
    {
      name: 'credentials without a secret',
      text: `dialects:\n  cos:\n    credentials:\n${repeat(i => `    - id: a${i}\n`)}`,
    },
  ])('are told up to a hundred, and quickly: $name', ({ text }) => {
    const started = performance.now();
    const lines = mistakesIn(text);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('c.yaml: has more mistakes than these; correct them first');
  });
});
