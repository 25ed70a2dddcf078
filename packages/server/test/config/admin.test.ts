import { azureTablesDialect } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { readAdmin } from '../../src/config/admin.ts';
import { readServeConfig } from '../../src/config/read-serve-config.ts';
import type { AdminConfig } from '../../src/serve-config.ts';

const TOKEN = 'abcdefghijklmnopqrstuvwx';
const OTHER = 'ABCDEFGHIJKLMNOPQRSTUVWX/+-._~==';

type Environment = Readonly<Record<string, string>>;

function read(text: string, settings = {}, environment: Environment = {}) {
  return readServeConfig(settings, environment, { name: 'c.yaml', text });
}

function adminOf(text: string, settings = {}, environment: Environment = {}): AdminConfig {
  const result = read(text, settings, environment);
  if (result.kind === 'problem') throw new Error(result.message);
  return result.config.admin;
}

function mistakesIn(text: string, settings = {}, environment: Environment = {}): readonly string[] {
  const result = read(text, settings, environment);
  return result.kind === 'problem' ? result.message.split('\n') : [];
}

const entry = (token: string, name = 'ops'): string =>
  `admin:\n  tokens:\n    - name: ${name}\n      token: ${token}\n      role: all\n`;

describe(readAdmin, () => {
  it('listens on loopback at the port base without tokens, unless told otherwise', () => {
    expect(adminOf('portBase: 5000')).toEqual({ host: '127.0.0.1', port: 5000, tokens: [] });
    expect(adminOf('admin: { port: 6000 }')).toMatchObject({ port: 6000 });
    expect(adminOf('admin: { host: "::1" }', { adminHost: 'localhost' })).toMatchObject({
      host: 'localhost',
    });
    expect(adminOf('host: 127.0.0.2')).toMatchObject({ host: '127.0.0.1' });
  });

  it('has the tokens of the file, also from variables', () => {
    const text =
      'admin:\n  host: 0.0.0.0\n  tokens:\n    - { name: ci.reader, token: { env: CI }, role: read-only }\n    - { name: ops@example.com, token: "ABCDEFGHIJKLMNOPQRSTUVWX/+-._~==", role: cors-admin }\n';
    expect(adminOf(text, {}, { CI: TOKEN })).toEqual({
      host: '0.0.0.0',
      port: 4000,
      tokens: [
        { name: 'ci.reader', token: TOKEN, role: 'read-only' },
        { name: 'ops@example.com', token: OTHER, role: 'cors-admin' },
      ],
    });
  });

  it('has the token of the environment, in place of one called admin', () => {
    const environment = { CROSSGATE_ADMIN_TOKEN: TOKEN };
    const admin = { name: 'admin', token: TOKEN, role: 'all' };
    expect(adminOf('', { adminHost: '0.0.0.0' }, environment).tokens).toEqual([admin]);
    expect(adminOf(entry(OTHER, 'admin'), {}, environment).tokens).toEqual([admin]);
    expect(adminOf(entry(OTHER), {}, environment).tokens).toMatchObject([admin, { name: 'ops' }]);
    expect(adminOf('', {}, { CROSSGATE_ADMIN_TOKEN: '' }).tokens).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'gateway.example', '127.example', '::ffff:127.0.0.1'])(
    'refuses %s without tokens, and says what to do',
    adminHost => {
      const says = `${adminHost} can be reached from other machines, and the admin API has no tokens: set CROSSGATE_ADMIN_TOKEN, add admin.tokens, or listen on 127.0.0.1`;
      expect(mistakesIn('', { adminHost })).toEqual([says]);
      expect(mistakesIn(`admin: { host: "${adminHost}", tokens: [] }`)).toEqual([
        `c.yaml:1:16: admin.host: ${says}`,
      ]);
    },
  );

  const AT = 'c.yaml:4:14: admin.tokens[0].token: ';
  it.each([
    {
      token: TOKEN.slice(1),
      says: `${AT}must have 24 characters or more; make one with: openssl rand -base64 32`,
    },
    {
      token: 'a'.repeat(513),
      says: `${AT}must have 512 characters or less; make one with: openssl rand -base64 32`,
    },
    {
      token: `"${TOKEN}\\n"`,
      says: `${AT}must be letters, digits and - . _ ~ + /, with = at the end, and nothing else, such as a line break`,
    },
    {
      token: azureTablesDialect.localCredential.secret,
      says: `${AT}is a secret that everybody knows; make one with: openssl rand -base64 32`,
    },
    {
      token: '{ env: NOT_SET }',
      says: 'c.yaml:4:21: admin.tokens[0].token.env: the environment has no NOT_SET; set it to the secret',
    },
  ])('refuses a token that is not safe, and does not repeat it: $says', ({ token, says }) => {
    expect(mistakesIn(entry(token))).toEqual([says]);
  });

  it('refuses one of the environment that is not safe', () => {
    expect(mistakesIn('', {}, { CROSSGATE_ADMIN_TOKEN: 'hush' })).toEqual([
      'CROSSGATE_ADMIN_TOKEN must have 24 characters or more; make one with: openssl rand -base64 32',
    ]);
  });

  it('refuses two of a name, and one for two', () => {
    const two = `${entry(TOKEN)}    - { name: ops, token: ${TOKEN}, role: read-only }\n`;
    expect(mistakesIn(two)).toEqual([
      'c.yaml:6:15: admin.tokens[1].name: ops is the name of admin.tokens[0] too; give each its own',
      'c.yaml:6:27: admin.tokens[1].token: admin.tokens[0] has the same token; give each its own',
    ]);
    expect(mistakesIn(entry(TOKEN), {}, { CROSSGATE_ADMIN_TOKEN: TOKEN })).toEqual([
      'c.yaml:4:14: admin.tokens[0].token: CROSSGATE_ADMIN_TOKEN has the same token; give each its own',
    ]);
  });

  it.each([
    { token: '{ name: "a b", token: x, role: all }', says: 'must be up to 64 letters, digits and . _ @ -' },
    { token: '{ name: a, token: x }', says: 'role: is missing; add it' },
    { token: '{ name: a, token: x, role: root }', says: 'must be one of read-only, cors-admin, all' },
  ])('refuses what is no token: $token', ({ token, says }) => {
    expect(mistakesIn(`admin: { tokens: [${token}] }`).join('\n')).toContain(says);
  });

  it.each(['CROSSGATE_ADMIN_TOKENS', 'CROSSGATE_TOKEN'])('refuses %s, which nobody reads', name => {
    const says = `${name} is not read; did you mean CROSSGATE_ADMIN_TOKEN?`;
    expect(mistakesIn('', {}, { [name]: TOKEN })).toEqual([says]);
    expect(mistakesIn(entry(`{ env: ${name} }`), {}, { [name]: TOKEN })).toEqual([]);
  });

  it.each([
    { name: 'CROSSGATE_ADMIN_CREDENTIAL', text: entry('{ env: CROSSGATE_ADMIN_CREDENTIAL }') },
    {
      name: 'CROSSGATE_TOKEN',
      text: 'store: etcd\netcd: { endpoints: ["http://a"], user: { name: a, password: { env: CROSSGATE_TOKEN } } }',
    },
    {
      name: 'CROSSGATE_ETCD_CREDENTIAL',
      text: 'etcd: { user: { name: a, password: { env: CROSSGATE_ETCD_CREDENTIAL } } }',
    },
  ])('takes $name where the file names it', ({ name, text }) => {
    expect(mistakesIn(text, {}, { [name]: TOKEN })).toEqual([]);
  });

  it('refuses a port that a service has', () => {
    expect(mistakesIn('admin: { port: 4002 }')).toEqual([
      'c.yaml:1:16: admin.port: 4002 is the port of qingstor too; choose another',
    ]);
    expect(mistakesIn('admin: { host: 127.0.0.2, port: 4002 }')).toEqual([]);
  });
});
