import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adminApiDocument } from '@crossgate/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { adminApi, policyFor, policyPath } from '../support/admin-http.ts';
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

  it('mounts what it has, nothing within something else, and names keys that are mounted', () => {
    const volumes = pod.volumes.map(({ name }: { name: string }) => name).sort();
    const mounts: { name: string; mountPath: string }[] = container.volumeMounts;
    expect(mounts.map(({ name }) => name).sort()).toEqual(volumes);
    for (const { mountPath } of mounts)
      expect(mounts.filter(other => other.mountPath.startsWith(`${mountPath}/`))).toEqual([]);
    const config = of('ConfigMap')[0]?.data['crossgate.yaml'] ?? '';
    const keys = [...config.matchAll(/file: (\S+)\//g)].map(([, folder]) => folder);
    expect(keys).toHaveLength(3);
    for (const folder of keys) expect(mounts.map(({ mountPath }) => mountPath)).toContain(folder);
  });

  it('probes what the admin API has, by a file of the image', () => {
    const paths = Object.keys((adminApiDocument() as { paths: object }).paths);
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      const [node, file, path] = container[probe].exec.command;
      expect([node, file]).toEqual(['node', '/app/deploy/health.mjs']);
      expect(paths).toContain(path);
    }
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(5 + 20);
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

  describeWith(ETCD_MISSING)('beside real servers', () => {
    let cluster: EtcdCluster;
    let server: LocalServer;
    beforeAll(async () => {
      cluster = await startEtcdCluster({ members: 1 });
      const store = `etcd=${cluster.endpoints.join(',')}`;
      server = await startLocalServer({ store, upstream: ['cos=http://127.0.0.1:1'] });
    });
    afterAll(async () => {
      await server.stop();
      await cluster.stop();
    });

    it('names metrics, labels and values that a server has', async () => {
      const admin = adminApi(server.admin);
      await eventually(async () => expect((await admin('/readyz')).status).toBe(200));
      await admin(policyPath('b-1250000000'), { method: 'PUT', body: policyFor('https://a.test') });
      const url = `http://${server.cos}/b-1250000000/key`;
      const preflight = { Origin: 'https://b.test', 'Access-Control-Request-Method': 'GET' };
      await fetch(url, { method: 'OPTIONS', headers: preflight });
      await fetch(url);
      const { text } = await admin('/metrics');
      const { samples } = parseExposition(text);
      const names = [...samples.keys()].map(sample => sample.split('{', 1)[0]);
      expect(metricsOf('crossgate').filter(name => !names.includes(name))).toEqual([]);
      for (const label of ['kind="preflight"', 'kind="data"', 'outcome="refused"'])
        expect(text).toContain(label);
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
  it('is the command of the package', () => {
    const command = /ExecStart=\/usr\/bin\/node \/opt\/crossgate\/(\S+) /.exec(
      read('deploy/crossgate.service'),
    )?.[1];
    expect(existsSync(join(ROOT, command ?? 'none'))).toBe(true);
    expect(command).toBe('packages/cli/bin/crossgate.js');
  });
});
