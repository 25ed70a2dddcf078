import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adminApiDocument, openLog, readServeConfig, type ServeConfig, serve } from '@crossgate/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { adminApi, policyFor, policyPath } from '../support/admin-http.ts';
import { bearer, TOKENS } from '../support/admin-session.ts';
import { makeCertificate, missingOpenssl } from '../support/certificates.ts';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { parseExposition } from '../support/exposition.ts';
import { findExecutable } from '../support/find-executable.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { eventually } from '../support/policies.ts';
import { describeWith } from '../support/required.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HEALTH = join(ROOT, 'deploy/health.mjs');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('deploy/Dockerfile', () => {
  const instructions = read('deploy/Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter(line => line !== '')
    .map(line => ({ name: line.split(' ', 1)[0], rest: line.slice(line.indexOf(' ') + 1) }));
  const last = (name: string): string => instructions.findLast(step => step.name === name)?.rest ?? '';
  const files = (array: string): string[] =>
    (JSON.parse(array) as string[]).filter(word => word.startsWith('/app/')).map(word => word.slice(5));

  it('runs as a user that is not root, by number', () => {
    expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('starts node itself, on files that there are', () => {
    const command = [
      ...(JSON.parse(last('ENTRYPOINT')) as string[]),
      ...(JSON.parse(last('CMD')) as string[]),
    ];
    expect(command[0]).toBe('node');
    expect(files(last('ENTRYPOINT')).filter(file => !existsSync(join(ROOT, file)))).toEqual([]);
    expect(last('STOPSIGNAL')).toBe('SIGTERM');
  });

  it('checks the health with what the image has', () => {
    const command = last('HEALTHCHECK').slice(last('HEALTHCHECK').indexOf('CMD ') + 4);
    expect((JSON.parse(command) as string[])[0]).toBe('node');
    expect(files(command)).toEqual(['deploy/health.mjs']);
  });

  it('is built from files that .dockerignore lets in', () => {
    const kept = read('.dockerignore')
      .split('\n')
      .flatMap(line => (line.startsWith('!') ? [line.slice(1)] : []));
    expect(kept.filter(file => !existsSync(join(ROOT, file)))).toEqual([]);
    const { references } = JSON.parse(read('packages/cli/tsconfig.json')) as { references?: unknown };
    expect(references).toBeDefined();
    for (const needed of ['package-lock.json', 'tsconfig.base.json', 'packages', 'scripts', '.npmrc'])
      expect(kept).toContain(needed);
  });
});

describe('deploy/health.mjs', () => {
  let server: LocalServer;
  beforeAll(async () => {
    server = await startLocalServer();
  });
  afterAll(() => server.stop());

  const check = async (...args: readonly string[]): Promise<number | null> => {
    const child = spawn(process.execPath, [HEALTH, ...args], { stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  };

  it('ends with 0 for a server that is ready, else with 1', async () => {
    const admin = `http://${server.admin}`;
    expect(await check('/healthz', admin)).toBe(0);
    expect(await check('/readyz', admin)).toBe(0);
    expect(await check('/nothing', admin)).toBe(1);
    expect(await check('/healthz', 'http://127.0.0.1:1')).toBe(1);
  });
});

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'];

describe('deploy/kubernetes.yaml', () => {
  interface Manifest {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly data: Readonly<Record<string, string>>;
    // biome-ignore lint/suspicious/noExplicitAny: manifests have no types here, and what is read is expected below
    readonly spec: any;
  }
  const documents = parseAllDocuments(read('deploy/kubernetes.yaml'), { uniqueKeys: true });
  const manifests = documents.map(document => document.toJS() as Manifest);
  const of = (kind: string): Manifest[] => manifests.filter(manifest => manifest.kind === kind);
  const [deployment] = of('Deployment');
  const pod = deployment?.spec.template.spec;
  const [container] = pod.containers;

  it('is YAML without mistakes', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'ConfigMap',
      'Deployment',
      'Service',
      'Service',
      'PodDisruptionBudget',
    ]);
  });

  it('runs without rights, on a root that is only read', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  it('selects the pods that it makes, at ports that they have', () => {
    const { labels } = deployment?.spec.template.metadata ?? {};
    const ports = container.ports.map(({ name }: { name: string }) => name);
    for (const { spec } of of('Service')) {
      expect(labels).toMatchObject(spec.selector);
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
    for (const spec of [deployment?.spec, of('PodDisruptionBudget')[0]?.spec])
      expect(labels).toMatchObject(spec.selector.matchLabels);
  });

  const mounts: { name: string; mountPath: string }[] = container.volumeMounts;
  const text = of('ConfigMap')[0]?.data['crossgate.yaml'] ?? '';

  it('mounts what it has, nothing within something else', () => {
    const volumes = pod.volumes.map(({ name }: { name: string }) => name).sort();
    expect(mounts.map(({ name }) => name).sort()).toEqual(volumes);
    for (const { mountPath } of mounts)
      expect(mounts.filter(other => other.mountPath.startsWith(`${mountPath}/`))).toEqual([]);
  });

  it('names keys that are mounted, and says how to make them', () => {
    const named = [...text.matchAll(/file: (\S+)\/(\S+) }|ca: (\S+)\/(\S+) }/g)].map(
      ([, folder, file, otherFolder, otherFile]) => [folder ?? otherFolder, file ?? otherFile],
    );
    expect(new Set(named.map(([folder]) => folder))).toEqual(new Set(['/etc/crossgate-keys']));
    const made = [...read('deploy/kubernetes.yaml').matchAll(/--from-file=(\S+)=FILE/g)];
    expect(named.map(([, file]) => file).sort()).toEqual(made.map(([, file]) => file).sort());
    const folders = mounts.map(({ mountPath }) => mountPath);
    expect(folders).toEqual(expect.arrayContaining(['/etc/crossgate-keys', '/etc/crossgate-tls']));
  });

  it('probes what the admin API has', () => {
    const paths = Object.keys((adminApiDocument() as { paths: object }).paths);
    for (const probe of PROBES) {
      expect(paths).toContain(container[probe].httpGet.path);
      expect(container[probe].httpGet).toMatchObject({ port: 'admin', scheme: 'HTTPS' });
    }
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(5 + 20);
  });

  describeWith(missingOpenssl)('with keys and a certificate', () => {
    let directory: string;
    let config: ServeConfig;
    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'crossgate-kubernetes-'));
      const { pem } = makeCertificate(directory);
      const files = {
        cos: 'a-secret',
        'azure-tables': Buffer.from('a-secret').toString('base64'),
        etcd: 'a-password',
        'etcd-ca': pem.certificate,
        'admin-prometheus': TOKENS.reader,
        'admin-operator': TOKENS.owner,
        'tls.crt': pem.certificate,
        'tls.key': pem.privateKey,
      };
      // As editors save them.
      for (const [name, content] of Object.entries(files))
        writeFileSync(join(directory, name), `${content.trimEnd()}\n`);
      const here = text.replaceAll(/\/etc\/crossgate-(?:keys|tls)/g, directory);
      const settings = { dataDirectory: join(directory, 'data') };
      const result = readServeConfig(settings, {}, { name: '/etc/crossgate/crossgate.yaml', text: here });
      if (result.kind === 'problem') throw new Error(result.message);
      expect(result.warnings).toEqual([]);
      config = result.config;
    });
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    it('is a configuration for the ports of the pod, with nothing that everybody knows', () => {
      const { admin, dialects } = config;
      const ports = Object.fromEntries(Object.entries(dialects).map(([id, { port }]) => [id, port]));
      const ofPod = container.ports.map((port: { name: string; containerPort: number }) => [
        port.name,
        port.containerPort,
      ]);
      expect(Object.fromEntries(ofPod)).toEqual({ admin: admin.port, ...ports });
      expect(admin.tokens.map(({ name, role }) => [name, role])).toEqual([
        ['prometheus', 'read-only'],
        ['operator', 'all'],
      ]);
      expect(config.tls).toBeDefined();
    });

    it('answers its probes without a token, and nothing else', async () => {
      const dialects = Object.entries(config.dialects).map(([id, dialect]) => [id, { ...dialect, port: 0 }]);
      const running = await serve(
        {
          ...config,
          store: 'memory',
          logLevel: 'silent',
          admin: { ...config.admin, port: 0 },
          dialects: Object.fromEntries(dialects) as ServeConfig['dialects'],
        },
        openLog('silent').log,
      );
      const port = Number(running.adminOrigin.split(':').pop());
      const statusOf = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
        // As the kubelet asks: by the address of the pod, whoever has issued the certificate.
        const options = { host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false };
        const outgoing = get({ ...options, headers: { Host: `10.1.2.3:${port}`, ...headers } });
        const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
        incoming.resume();
        return incoming.statusCode ?? 0;
      };
      try {
        for (const probe of PROBES) expect(await statusOf(container[probe].httpGet.path)).toBe(200);
        expect(await statusOf('/metrics')).toBe(401);
        expect(await statusOf('/metrics', bearer(TOKENS.reader))).toBe(200);
      } finally {
        await running.close();
      }
    });
  });
});

describe('deploy/prometheus-rules.yaml', () => {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly labels: { readonly severity: string };
    readonly annotations: { readonly summary: string };
  }
  const { groups } = parse(read('deploy/prometheus-rules.yaml')) as {
    groups: { name: string; rules: Rule[] }[];
  };
  const rules = groups.flatMap(group => group.rules);

  /** Names of metrics, those that Prometheus makes itself left out. */
  function metricsOf(prefix: string): string[] {
    const names = rules.flatMap(({ expr }) => expr.match(new RegExp(`\\b${prefix}_\\w+`, 'g')) ?? []);
    return [...new Set(names)].sort();
  }

  it('has rules of different names, each with what it is and how bad', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { labels, annotations } of rules) {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary).not.toBe('');
    }
  });

  it('is told of in docs/operations.md, rule by rule', () => {
    const page = read('docs/operations.md');
    expect(rules.map(({ alert }) => alert).filter(alert => !page.includes(`\`${alert}\``))).toEqual([]);
  });

  describeWith(ETCD_MISSING ?? missingOpenssl)('beside real servers', () => {
    let directory: string;
    let cluster: EtcdCluster;
    let server: LocalServer;
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'crossgate-rules-'));
      const { certificate, privateKey } = makeCertificate(directory);
      cluster = await startEtcdCluster({ members: 1 });
      const store = `etcd=${cluster.endpoints.join(',')}`;
      const upstream = ['cos=http://127.0.0.1:1'];
      server = await startLocalServer(
        { store, upstream },
        {},
        {
          text: `limits: { tenantRate: { requestsPerSecond: 1, burst: 2 } }
dialects: { boomi: { tls: { certificate: ${certificate}, privateKey: ${privateKey} } } }`,
        },
      );
    });
    afterAll(async () => {
      await server.stop();
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    it('names metrics, labels and values that a server has', async () => {
      const admin = adminApi(server.admin);
      await eventually(async () => expect((await admin('/readyz')).status).toBe(200));
      await admin(policyPath('b-1250000000'), { method: 'PUT', body: policyFor('https://a.test') });
      const url = `http://${server.cos}/b-1250000000/key`;
      const preflight = { Origin: 'https://b.test', 'Access-Control-Request-Method': 'GET' };
      await fetch(url, { method: 'OPTIONS', headers: preflight });
      await fetch(url);
      await fetch(url);
      const { text } = await admin('/metrics');
      // What counts failures has no sample as long as there was none.
      const { samples, types } = parseExposition(text);
      const names = [...types.keys(), ...[...samples.keys()].map(sample => sample.split('{', 1)[0])];
      expect(metricsOf('crossgate').filter(name => !names.includes(name))).toEqual([]);
      const page = read('docs/admin-api.md');
      const isTold = (name: string): boolean =>
        page.includes(`\`${name}`) || name.startsWith('crossgate_policy_replica_');
      expect([...types.keys()].filter(name => !isTold(name))).toEqual([]);
      for (const { expr } of rules.filter(rule => rule.expr.includes('crossgate_')))
        for (const [label] of expr.matchAll(/\w+="[^"]+"/g)) expect(text, label).toContain(label);
    });

    it('names metrics that etcd has', async () => {
      const text = await (await fetch(`${cluster.endpoints[0]}/metrics`)).text();
      expect(metricsOf('etcd')).toHaveLength(5);
      expect(metricsOf('etcd').filter(name => !new RegExp(`^${name}[ {]`, 'm').test(text))).toEqual([]);
    });
  });
});

const ANALYZE = findExecutable('systemd-analyze');

describeWith(ANALYZE ? undefined : 'systemd-analyze is not installed (apt-get install systemd)')(
  'deploy/crossgate.service',
  () => {
    it('is a unit without mistakes, with few rights', () => {
      const directory = mkdtempSync(join(tmpdir(), 'crossgate-unit-'));
      try {
        // Node may be elsewhere here.
        const unit = join(directory, 'crossgate.service');
        const text = read('deploy/crossgate.service').replaceAll('/usr/bin/node', process.execPath);
        writeFileSync(unit, text);
        const verified = spawnSync(ANALYZE ?? '', ['verify', unit], { encoding: 'utf8' });
        expect(verified).toMatchObject({ status: 0, stderr: '' });
        const judged = spawnSync(ANALYZE ?? '', ['security', '--offline=true', '--threshold=20', unit]);
        expect(judged.status).toBe(0);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
  },
);

describe('what is started', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-started-'));
    writeFileSync(join(directory, 'crossgate.yaml'), 'portBase: 24000\n');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const unit = read('deploy/crossgate.service').split('\n');
  const linesOf = (key: string): string[] =>
    unit.flatMap(line => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
  const [start = ''] = linesOf('ExecStart');
  const dockerfile = read('deploy/Dockerfile');
  const wordsOf = (name: string): string[] =>
    JSON.parse(new RegExp(`^${name} (\\[.*\\])$`, 'm').exec(dockerfile)?.[1] ?? '[]') as string[];

  it('is checked with the same words, before a start and before a reload', () => {
    expect(linesOf('ExecStartPre')).toEqual([`${start} --check`]);
    expect(linesOf('ExecReload')).toEqual([`${start} --check`, '/bin/kill -HUP $MAINPID']);
  });

  it.each([
    { name: 'deploy/crossgate.service', words: start.split(' ') },
    { name: 'deploy/Dockerfile', words: [...wordsOf('ENTRYPOINT'), ...wordsOf('CMD')] },
  ])('by $name is a command that takes a configuration', ({ words }) => {
    const [node, ...args] = words.map(word =>
      word
        .replace(/^(?:\/app|\/opt\/crossgate)\//, ROOT)
        .replace('/etc/crossgate/', `${directory}/`)
        .replace('/var/lib/crossgate', join(directory, 'data')),
    );
    expect(node).toMatch(/^(?:\/usr\/bin\/)?node$/);
    const checked = spawnSync(process.execPath, [...args, '--check'], { encoding: 'utf8' });
    expect(checked).toMatchObject({ status: 0, stderr: '' });
    expect(checked.stdout).toContain('127.0.0.1:24001');
    expect(existsSync(join(directory, 'data'))).toBe(false);
  });
});
