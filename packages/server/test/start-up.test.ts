import { describe, expect, it } from 'vitest';
import { readServeConfig } from '../src/config/read-serve-config.ts';
import type { RunningServer } from '../src/serve.ts';
import type { ServeConfig } from '../src/serve-config.ts';
import { formatStartUp } from '../src/start-up.ts';

const SERVER: RunningServer = {
  adminAddress: '127.0.0.1:4000',
  listeners: [{ dialect: 'cos', address: '127.0.0.1:4001', port: 4001 }],
  close: () => Promise.resolve(),
};

function configOf(settings: Readonly<Record<string, unknown>>, credential = ''): ServeConfig {
  const read = readServeConfig(settings, { CROSSGATE_COS_CREDENTIAL: credential });
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
  curl -X PUT http://127.0.0.1:4000/api/v1/tenants/cos/examplebucket-1250000000/policy \\
    -H 'If-None-Match: *' -d '{"rules":[{"allowedOrigins":["https://example.com"],"allowedMethods":["GET"],"allowedHeaders":[]}]}' &&
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
});
