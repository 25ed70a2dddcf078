import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtcdConnection, PolicyStoreUnavailableError, type TenantKey } from '@crossgate/policy-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, missingOpenssl, newAuthority } from '../support/certificates.ts';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { useEtcdStores } from '../support/etcd-store.ts';
import { eventually, numberedPolicy, numberOf, written } from '../support/policies.ts';
import { describeWith } from '../support/required.ts';

const ALICE: TenantKey = { dialect: 'cos', tenant: 'alice-1250000000' };
const USER = { name: 'gateway', password: 'päss-"word"' };
const ROOT = ['--user', 'root:root'];

const MISSING = ETCD_MISSING ?? missingOpenssl;

describeWith(MISSING)('openEtcdPolicyStore, with users and over TLS', () => {
  let directory: string;
  let cluster: EtcdCluster;
  let ca: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-certificates-'));
    const tls = makeCertificate(directory);
    ca = readFileSync(tls.certificate, 'utf8');
    // Tokens are soon forgotten when nobody uses them.
    cluster = await startEtcdCluster({ members: 1, tls, flags: ['--auth-token-ttl', '1'] });
    await cluster.control('user', 'add', 'root:root');
    await cluster.control('user', 'grant-role', 'root', 'root');
    await cluster.control('user', 'add', `${USER.name}:${USER.password}`);
    await cluster.control('role', 'add', 'gateway');
    await cluster.control('role', 'grant-permission', 'gateway', '--prefix=true', 'readwrite', '/crossgate-');
    await cluster.control('user', 'grant-role', USER.name, 'gateway');
    await cluster.control('auth', 'enable');
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const stores = useEtcdStores(() => cluster.endpoints);

  it('reads and writes as a user', async () => {
    const [a, b] = [
      await stores.openReady({ tls: { ca }, user: USER }),
      await stores.openReady({ tls: { ca }, user: USER }),
    ];
    const revision = written(await a.put(ALICE, numberedPolicy(1)));
    await eventually(() => expect(b.get(ALICE)?.revision).toBe(revision));
  });

  it('goes on when etcd has forgotten its tokens', async () => {
    const store = await stores.openReady({ tls: { ca }, user: USER, contactIntervalMilliseconds: 200 });
    written(await store.put(ALICE, numberedPolicy(1)));
    await cluster.kill(0);
    await cluster.restart(0);
    await eventually(() => expect(store.status().problem).toBeUndefined());
    written(await store.put(ALICE, numberedPolicy(2)));
    // Who is given a password, be it the same, loses his tokens.
    const passwords = `${USER.password}\n${USER.password}\n`;
    await cluster.controlWith(passwords, ...ROOT, 'user', 'passwd', USER.name, '--interactive=false');
    written(await store.put(ALICE, numberedPolicy(3)));
    const other = await stores.openReady({ tls: { ca }, user: USER });
    expect(numberOf(other.get(ALICE))).toBe(3);
  });

  it('reads on and refuses writes when its user may no longer write', async () => {
    const store = await stores.openReady({ tls: { ca }, user: USER });
    written(await store.put(ALICE, numberedPolicy(1)));
    await cluster.control(...ROOT, 'user', 'revoke-role', USER.name, 'gateway');
    try {
      await expect(store.put(ALICE, numberedPolicy(2))).rejects.toThrow(/permission denied/);
      expect(numberOf(store.get(ALICE))).toBe(1);
    } finally {
      await cluster.control(...ROOT, 'user', 'grant-role', USER.name, 'gateway');
    }
    written(await store.put(ALICE, numberedPolicy(3)));
  });

  describe('what cannot work', () => {
    const cases: readonly { name: string; connection: () => Partial<EtcdConnection>; says: RegExp }[] = [
      {
        name: 'a wrong password',
        connection: () => ({ tls: { ca }, user: { ...USER, password: 'wrong' } }),
        says: /authentication failed/,
      },
      { name: 'no user', connection: () => ({ tls: { ca } }), says: /user name is empty/ },
      { name: 'a certificate nobody vouches for', connection: () => ({ user: USER }), says: /self-signed/ },
      {
        name: 'no TLS',
        connection: () => ({
          user: USER,
          endpoints: cluster.endpoints.map(endpoint => endpoint.replace('https', 'http')),
        }),
        says: /127\.0\.0\.1/,
      },
    ];
    for (const { name, connection, says } of cases) {
      it(`is told: ${name}`, async () => {
        const store = stores.open(connection());
        await eventually(() => expect(store.status().problem).toMatch(says));
        await expect(store.whenReady(10)).rejects.toThrow(says);
        await expect(store.whenReady(10)).rejects.toThrow(PolicyStoreUnavailableError);
      });
    }

    it('is told: endpoints and prefixes that cannot be', () => {
      for (const endpoint of ['127.0.0.1:2379', 'ftp://a', 'http://a/b', 'http://user@a', 'http://a?b']) {
        expect(() => stores.open({ endpoints: [endpoint] })).toThrow(TypeError);
      }
      expect(() => stores.open({ endpoints: [] })).toThrow(/endpoint/);
      expect(() => stores.open({ prefix: '/crossgate' })).toThrow(/slash/);
    });
  });
});

describeWith(MISSING)('openEtcdPolicyStore, where etcd asks for certificates', () => {
  let directory: string;
  let cluster: EtcdCluster;
  let ca: string;
  let shown: { readonly certificate: string; readonly privateKey: string };
  let strange: typeof shown;
  let nameless: typeof shown;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-certificates-'));
    const authority = newAuthority(join(directory, 'authority'));
    ca = readFileSync(authority.certificate, 'utf8');
    // It shows its own to itself: its JSON gateway is a client like any other.
    const tls = authority.issue('/CN=member', ['serverAuth', 'clientAuth']);
    const client = authority.issue('/CN=gateway', ['clientAuth']);
    const stranger = newAuthority(join(directory, 'another')).issue('/CN=stranger', ['clientAuth']);
    const texts = (files: typeof client): typeof shown => ({
      certificate: readFileSync(files.certificate, 'utf8'),
      privateKey: readFileSync(files.privateKey, 'utf8'),
    });
    [shown, strange] = [texts(client), texts(stranger)];
    nameless = texts(authority.issue('/O=gateway', ['clientAuth']));
    cluster = await startEtcdCluster({
      members: 1,
      tls: { ...tls, clientCaFile: authority.certificate },
    });
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const stores = useEtcdStores(() => cluster.endpoints);

  it('reads and writes with one that etcd trusts', async () => {
    const [a, b] = [
      await stores.openReady({ tls: { ca, ...shown } }),
      await stores.openReady({ tls: { ca, ...shown } }),
    ];
    const revision = written(await a.put(ALICE, numberedPolicy(1)));
    await eventually(() => expect(b.get(ALICE)?.revision).toBe(revision));
  });

  it('where etcd has users, asks for a user besides, and for a certificate without a common name', async () => {
    for (const args of [
      ['user', 'add', 'root:root'],
      ['user', 'grant-role', 'root', 'root'],
      ['user', 'add', `${USER.name}:${USER.password}`],
      ['user', 'grant-role', USER.name, 'root'],
      ['auth', 'enable'],
    ]) {
      await cluster.control(...args);
    }
    try {
      const nobody = stores.open({ tls: { ca, ...nameless } });
      await eventually(() => expect(nobody.status().problem).toMatch(/permission denied|user name is empty/));
      const named = stores.open({ tls: { ca, ...shown }, user: USER });
      await eventually(() => expect(named.status().problem).toMatch(/CommonName/));
      const store = await stores.openReady({ tls: { ca, ...nameless }, user: USER });
      written(await store.put(ALICE, numberedPolicy(1)));
    } finally {
      await cluster.control(...ROOT, 'auth', 'disable');
    }
  });

  it.each([
    { name: 'without one', given: () => ({}) },
    { name: 'with one of somebody else', given: () => strange },
  ])('is refused $name', async ({ given }) => {
    const store = stores.open({ tls: { ca, ...given() } });
    await eventually(() => expect(store.status().problem).toMatch(/127\.0\.0\.1/));
    await expect(store.whenReady(10)).rejects.toThrow(PolicyStoreUnavailableError);
  });
});
