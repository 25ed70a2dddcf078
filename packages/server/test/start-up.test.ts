import { describe, expect, it } from 'vitest';
import { readServeConfig } from '../src/config/read-serve-config.ts';
import type { RunningServer } from '../src/serve.ts';
import type { ServeConfig } from '../src/serve-config.ts';
import { formatPlan, formatStartUp } from '../src/start-up.ts';

const SERVER: RunningServer = {
  adminAddress: '127.0.0.1:4000',
  adminOrigin: 'http://127.0.0.1:4000',
  reload: async () => 'taken-over',
  listeners: [{ dialect: 'cos', address: '127.0.0.1:4001', origin: 'http://127.0.0.1:4001', port: 4001 }],
  close: () => Promise.resolve(),
};

function configOf(settings: Readonly<Record<string, unknown>>, credential = '', text = ''): ServeConfig {
  const environment = { CROSSGATE_COS_CREDENTIAL: credential };
  const read = readServeConfig(settings, environment, { name: 'c.yaml', text });
  if (read.kind === 'problem') throw new Error(read.message);
  return read.config;
}

describe(formatStartUp, () => {
  it('tells where the server listens, with which key, and something to try', () => {
    expect(formatStartUp(SERVER, configOf({ dataDirectory: '/data' }))).toBe(`Crossgate is ready.

  Admin API    http://127.0.0.1:4000
  Tencent COS  http://127.0.0.1:4001

  Local key of Tencent COS: AKIDcrossgatelocal / crossgate-local-secret
  Data: policies and objects in /data

Try, in another terminal:
  curl -X PUT -H 'If-None-Match: *' \\
    http://127.0.0.1:4000/api/v1/tenants/cos/examplebucket-1250000000/policy \\
    -d '{"rules":[{"allowedOrigins":["https://example.com"],
    "allowedMethods":["GET"]}]}' &&
  curl -i -X OPTIONS http://127.0.0.1:4001/examplebucket-1250000000/hello.txt \\
    -H 'Origin: https://example.com' -H 'Access-Control-Request-Method: GET'
`);
  });

  it('never shows a key that is not the public one', () => {
    const text = formatStartUp(SERVER, configOf({}, 'me:hush'));
    expect(text).not.toMatch(/hush|Local key/);
  });

  it('says when policies do not outlive the server', () => {
    const text = formatStartUp(SERVER, configOf({ store: 'memory', dataDirectory: '/data' }));
    expect(text).toContain('Data: policies in memory, objects in /data');
  });

  it('says where policies are when they are elsewhere', () => {
    const text = formatStartUp(SERVER, configOf({ store: 'etcd=http://a,http://b', dataDirectory: '/data' }));
    expect(text).toContain('Policies: etcd, below /crossgate/, at\n    http://a\n    http://b\n');
    expect(text).toContain('Data: replica of policies, and objects, in /data');
  });

  it('fits into 80 columns', () => {
    const longest = Math.max(
      ...formatStartUp(SERVER, configOf({}))
        .split('\n')
        .map(line => line.length),
    );
    expect(longest).toBeLessThanOrEqual(80);
  });

  it('shows where data requests go', () => {
    const text = formatStartUp(SERVER, configOf({ upstream: ['cos=https://cos.example.com'] }));
    expect(text).toContain(
      '  Tencent COS  http://127.0.0.1:4001\n               data -> https://cos.example.com\n',
    );
  });

  it('shows upstreams of tenants, the first three and how many more', () => {
    const tenants = ['a', 'b', 'c', 'd', 'e'].map(name => `${name}-1250000000: { upstream: http://${name} }`);
    const text = `dialects: { cos: { upstream: http://others, tenants: { ${tenants.join(', ')} } } }`;
    expect(formatStartUp(SERVER, configOf({}, '', text))).toContain(`
               a-1250000000 -> http://a
               b-1250000000 -> http://b
               c-1250000000 -> http://c
               2 more buckets -> upstreams of their own
               others -> http://others
`);
  });
});

describe(formatPlan, () => {
  it('tells what would be served, with the ids of keys and no secret that is not public', () => {
    const text = `
host: '::1'
dialects:
  cos: { port: 0, credentials: [{ id: me, secret: hush }, { id: you, secret: hush }] }
  qingstor: { credentials: [], upstream: https://qingstor.example }
`;
    const plan = formatPlan(configOf({ workers: 2, dataDirectory: '/data' }, '', text)).split('\n');
    expect(plan).toContain('The configuration is in order. It would serve:');
    expect(plan).toContainEqual(expect.stringMatching(/^ {2}Admin API +http:\/\/127\.0\.0\.1:4000$/));
    expect(plan).toContainEqual(
      expect.stringMatching(/^ {2}Tencent COS +http:\/\/\[::1\]:\(any free port\)$/),
    );
    expect(plan).toContainEqual(expect.stringMatching(/^ {2}QingStor +http:\/\/\[::1\]:4002$/));
    expect(plan).toContainEqual(expect.stringMatching(/^ +data -> https:\/\/qingstor\.example$/));
    expect(plan).toContain('  Keys of Tencent COS: me, you');
    expect(plan).toContain('  Keys of QingStor: none');
    expect(plan).toContain('  Data: policies and objects in /data');
    expect(plan).toContain('  Processes: 2');
    expect(plan.join('\n')).not.toContain('hush');
  });
});
