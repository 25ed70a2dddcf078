import { cosDialect, qingstorDialect } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { readServeConfig, type ServeConfig, UPSTREAM_TIMEOUTS } from '../src/serve-config.ts';

const { id, secret } = cosDialect.localCredential;

function configOf(
  settings: Readonly<Record<string, unknown>> = {},
  environment: Readonly<Record<string, string>> = {},
): ServeConfig {
  const read = readServeConfig(settings, environment);
  if (read.kind === 'problem') throw new Error(read.message);
  return read.config;
}

function problemOf(
  settings: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>> = {},
): string {
  const read = readServeConfig(settings, environment);
  return read.kind === 'problem' ? read.message : 'none';
}

describe(readServeConfig, () => {
  it('has a default for everything', () => {
    expect(configOf()).toEqual({
      host: '127.0.0.1',
      portBase: 4000,
      dataDirectory: '.crossgate',
      store: 'lmdb',
      workers: 1,
      logLevel: 'info',
      dialects: {
        cos: { credentials: [cosDialect.localCredential], tenantUpstreams: {} },
        qingstor: { credentials: [qingstorDialect.localCredential], tenantUpstreams: {} },
      },
    });
  });

  it('takes a setting that is there but undefined for one that is not given', () => {
    expect(configOf({ host: undefined, portBase: undefined, workers: undefined })).toEqual(configOf());
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
    { choice: 'http://a.example', says: '--upstream must be DIALECT=URL, with one of cos, qingstor' },
    { choice: 's3=http://a.example', says: '--upstream must be DIALECT=URL' },
    { choice: 'cos=', says: '--upstream cos: the URL must be http://host[:port]' },
    { choice: 'cos=a.example:80', says: '--upstream cos: a.example:80 must be http://host[:port]' },
    { choice: 'cos=ftp://a.example', says: 'must be http://host[:port] or https://host[:port]' },
    { choice: 'cos=http://me:hush@a.example', says: 'leave out user and password' },
    { choice: 'cos=http://a.example/base', says: 'leave out everything behind host and port' },
    { choice: 'cos=http://a.example/?a', says: 'leave out everything behind host and port' },
  ])('is refused when it is $choice', ({ choice, says }) => {
    expect(problemOf({ upstream: [choice] })).toContain(says);
  });
});

const OWN_KEYS = { CROSSGATE_COS_CREDENTIAL: 'me:hush', CROSSGATE_QINGSTOR_CREDENTIAL: 'me:hush' };

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

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])('may be the local one on %s', host => {
    expect(configOf({ host }).host).toBe(host);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', '127.example.com', 'localhost.example.com'])(
    'must be one of your own on %s',
    host => {
      const both = 'set CROSSGATE_COS_CREDENTIAL=id:secret and CROSSGATE_QINGSTOR_CREDENTIAL=id:secret, or';
      expect(problemOf({ host })).toContain(both);
      expect(problemOf({ host }, { CROSSGATE_COS_CREDENTIAL: 'me:hush' })).toContain(
        'set CROSSGATE_QINGSTOR_CREDENTIAL=id:secret, or',
      );
      expect(configOf({ host }, OWN_KEYS).host).toBe(host);
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
