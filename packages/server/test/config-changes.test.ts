import { describe, expect, it } from 'vitest';
import { readServeConfig } from '../src/config/read-serve-config.ts';
import { type ConfigChanges, configChanges } from '../src/config-changes.ts';
import type { ServeConfig } from '../src/serve-config.ts';

function configOf(text: string, flags: Readonly<Record<string, unknown>> = {}): ServeConfig {
  const read = readServeConfig(flags, {}, { name: '/c.yaml', text });
  if (read.kind === 'problem') throw new Error(read.message);
  return read.config;
}

const changeable = (...keys: readonly string[]): ConfigChanges => ({ changeable: keys, fixed: [] });
const fixed = (...keys: readonly string[]): ConfigChanges => ({ changeable: [], fixed: keys });
const UPSTREAM = 'http://127.0.0.1:1';

describe(configChanges, () => {
  it.each([
    { name: 'nothing', before: '', after: '', is: changeable() },
    { name: 'the log level', before: '', after: 'logLevel: debug', is: changeable('logLevel') },
    { name: 'the directory', before: '', after: 'data: x', is: fixed('data') },
    { name: 'the store', before: '', after: 'store: memory', is: fixed('store') },
    { name: 'workers', before: '', after: 'workers: 2', is: fixed('workers') },
    {
      name: 'ports',
      before: '',
      after: 'portBase: 5000',
      is: fixed(
        'portBase',
        'admin.port',
        'dialects.cos.port',
        'dialects.qingstor.port',
        'dialects.azure-tables.port',
        'dialects.boomi.port',
      ),
    },
    {
      name: 'tokens of the admin API',
      before: '',
      after: `admin: { tokens: [{ name: a, token: ${'a'.repeat(24)}, role: all }] }`,
      is: changeable('admin.tokens'),
    },
    {
      name: 'the address of the admin API',
      before: '',
      after: 'admin: { host: localhost }',
      is: fixed('admin.host'),
    },
    {
      name: 'a time',
      before: '',
      after: 'limits: { idleSeconds: 200 }',
      is: changeable('limits.idleSeconds'),
    },
    { name: 'a size', before: '', after: 'limits: { headerBytes: 2000 }', is: fixed('limits.headerBytes') },
    {
      name: 'a variant',
      before: '',
      after: 'dialects: { qingstor: { variant: filter-headers } }',
      is: fixed('dialects.qingstor.variant'),
    },
    {
      name: 'an upstream before what is embedded',
      before: '',
      after: `dialects: { cos: { upstream: '${UPSTREAM}' } }`,
      is: fixed('dialects.cos.upstream'),
    },
    {
      name: 'an upstream before nothing',
      before: '',
      after: `dialects: { boomi: { upstream: '${UPSTREAM}' } }`,
      is: changeable('dialects.boomi.upstream'),
    },
    {
      name: 'what a single bucket has',
      before: '',
      after: `dialects: { cos: { tenants: { a-1250000000: { upstream: '${UPSTREAM}' } } } }`,
      is: changeable('dialects.cos.tenants'),
    },
    {
      name: 'a role',
      before: 'dialects: { cos: { credentials: [{ id: a, secret: b }] } }',
      after: 'dialects: { cos: { credentials: [{ id: a, secret: b, role: read-only }] } }',
      is: changeable('dialects.cos.credentials'),
    },
  ])('tells whether a server can take over: $name', ({ before, after, is }) => {
    expect(configChanges(configOf(before), configOf(after))).toEqual(is);
  });

  it('takes what it does not know for fixed', () => {
    const config = configOf('');
    const after = { ...config, unheardOf: true, limits: { ...config.limits, new: 1 } };
    expect(configChanges(config, after)).toEqual(fixed('unheardOf', 'limits.new'));
  });

  it('leaves a listener one of HTTPS, or of HTTP', () => {
    const config = configOf('');
    const tls = { certificate: 'a', privateKey: 'b' };
    const secure = { ...config, tls };
    expect(configChanges(config, secure)).toEqual(fixed('tls'));
    expect(configChanges(secure, config)).toEqual(fixed('tls'));
    expect(configChanges(secure, { ...secure, tls: { ...tls, certificate: 'c' } })).toEqual(
      changeable('tls'),
    );
  });
});
