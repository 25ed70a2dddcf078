import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findExecutable } from './find-executable.ts';
import { freePorts } from './free-port.ts';
import { spawnTied } from './tied-process.ts';

const ETCD = findExecutable('etcd');
const ETCDCTL = findExecutable('etcdctl');

/** For `describeWith`. */
export const ETCD_MISSING: string | undefined =
  ETCD && ETCDCTL ? undefined : 'etcd is not installed (apt-get install etcd-server etcd-client)';

export interface EtcdClusterOptions {
  /** Default 3. */
  readonly members?: number;
  /** PEM files for clients; members talk in the clear among themselves. */
  readonly tls?: EtcdClusterTls;
  /** Further flags of each member. */
  readonly flags?: readonly string[];
}

export interface EtcdClusterTls {
  readonly certificate: string;
  readonly privateKey: string;
  /** Whose certificates clients must show; the member's own must be one. Left out: members ask for none. */
  readonly clientCaFile?: string;
}

/** Real members on loopback, each a process of its own. */
export interface EtcdCluster {
  /** Where clients connect, one for each member. */
  readonly endpoints: readonly string[];
  /** The output of etcdctl. */
  readonly control: (...args: readonly string[]) => Promise<string>;
  /** The same, with something to read. */
  readonly controlWith: (input: string, ...args: readonly string[]) => Promise<string>;
  /** Which member leads now. */
  readonly leader: () => Promise<number>;
  /** Kills a member, or all, as a power failure would. */
  readonly kill: (...members: readonly number[]) => Promise<void>;
  /** Starts members again that were killed. Resolves when the cluster takes requests. */
  readonly restart: (...members: readonly number[]) => Promise<void>;
  readonly signal: (member: number, signal: 'SIGSTOP' | 'SIGCONT') => void;
  readonly stop: () => Promise<void>;
}

export async function startEtcdCluster(options: EtcdClusterOptions = {}): Promise<EtcdCluster> {
  const { members = 3, tls, flags = [] } = options;
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-etcd-'));
  const names = Array.from({ length: members }, (_, index) => `m${index}`);
  const scheme = tls ? 'https' : 'http';
  const firstPort = await freePorts(2 * members);
  const endpoints = names.map((_, index) => `${scheme}://127.0.0.1:${firstPort + index}`);
  const peers = names.map((_, index) => `http://127.0.0.1:${firstPort + members + index}`);
  const processes = new Map<number, ChildProcess>();

  function start(member: number): void {
    const client = endpoints[member] ?? '';
    const peer = peers[member] ?? '';
    const child = spawnTied(
      ETCD ?? '',
      [
        ...['--name', names[member] ?? '', '--data-dir', join(directory, names[member] ?? '')],
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--initial-cluster', names.map((name, index) => `${name}=${peers[index]}`).join(',')],
        ...['--heartbeat-interval', '50', '--election-timeout', '500'],
        // Members are killed, never the machine: what was written stays.
        '--unsafe-no-fsync',
        ...['--logger', 'zap', '--log-level', 'panic', '--log-outputs', 'stderr'],
        ...(tls ? ['--cert-file', tls.certificate, '--key-file', tls.privateKey] : []),
        ...(tls?.clientCaFile !== undefined
          ? ['--client-cert-auth', '--trusted-ca-file', tls.clientCaFile]
          : []),
        ...flags,
      ],
      { stdio: 'ignore' },
    );
    processes.set(member, child);
  }

  function control(...args: readonly string[]): Promise<string> {
    return controlWith('', ...args);
  }

  async function controlWith(input: string, ...args: readonly string[]): Promise<string> {
    const trust = tls ? ['--cacert', tls.clientCaFile ?? tls.certificate] : [];
    const shown = tls?.clientCaFile === undefined ? [] : ['--cert', tls.certificate, '--key', tls.privateKey];
    const running = promisify(execFile)(
      ETCDCTL ?? '',
      ['--endpoints', endpoints.join(','), ...trust, ...shown, ...args],
      { env: { ...process.env, ETCDCTL_API: '3' } },
    );
    running.child.stdin?.end(input);
    return (await running).stdout;
  }

  async function untilServing(): Promise<void> {
    const deadline = Date.now() + 15_000;
    for (;;) {
      try {
        await control('--command-timeout', '1s', 'get', 'is-it-there');
        return;
      } catch (error) {
        // With users, etcd serves those that it refuses, too.
        if (String(error).includes('user name is empty')) return;
        if (Date.now() > deadline) throw error;
      }
    }
  }

  async function kill(...killed: readonly number[]): Promise<void> {
    const exits = killed.map(async member => {
      const child = processes.get(member);
      processes.delete(member);
      if (!child || child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    });
    await Promise.all(exits);
  }

  const killAll = (): void => {
    for (const child of processes.values()) child.kill('SIGKILL');
  };
  process.once('exit', killAll);

  async function stop(): Promise<void> {
    await kill(...processes.keys());
    process.off('exit', killAll);
    rmSync(directory, { recursive: true, force: true });
  }

  for (const member of names.keys()) start(member);
  try {
    await untilServing();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoints,
    control,
    controlWith,
    async leader() {
      const text = await control('--write-out', 'json', 'endpoint', 'status');
      const statuses = JSON.parse(text) as {
        Endpoint: string;
        Status: { leader: number; header: { member_id: number } };
      }[];
      const leading = statuses.find(({ Status }) => Status.leader === Status.header.member_id);
      return endpoints.indexOf(leading?.Endpoint ?? '');
    },
    kill,
    async restart(...restarted) {
      for (const member of restarted) start(member);
      await untilServing();
    },
    signal(member, signal) {
      processes.get(member)?.kill(signal);
    },
    stop,
  };
}
