import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { startTcpProxy, type TcpProxy, type Weather } from '../support/tcp-proxy.ts';
import { openEtcdLog } from './etcd-log.ts';
import { type Gateway, newGateway } from './gateway.ts';
import { openGatewayLog, type StoreLog } from './store-log.ts';

/** Gateways that share a store. */
export interface Environment {
  readonly gateways: readonly Gateway[];
  readonly log: StoreLog;
  readonly close: () => Promise<void>;
}

/** Three members of etcd and some gateways, with a way that can be disturbed from each gateway to each member. */
export interface EtcdEnvironment extends Environment {
  readonly cluster: EtcdCluster;
  /** Between a gateway and all members, or one of them. */
  readonly setWeather: (weather: Weather, gateway: number, member?: number) => void;
}

export interface EtcdEnvironmentOptions {
  /** Default 3. */
  readonly gateways?: number;
  /** After so many bytes etcd takes nothing more. */
  readonly quotaBytes?: number;
  /** Of the disk of the last gateway, which then has one of its own. The second has a clock of its own. */
  readonly diskBytes?: number;
  /** Lets gateways speak to members without a proxy between them. */
  readonly isDirect?: boolean;
  /** Further arguments of `crossgate serve`. */
  readonly args?: readonly string[];
  /** Of the first gateway. Default 2. */
  readonly workers?: number;
}

/** Starts everything. Gateways are ready when it resolves. */
export async function startEtcdEnvironment(options: EtcdEnvironmentOptions = {}): Promise<EtcdEnvironment> {
  const { gateways: count = 3, quotaBytes, diskBytes, isDirect, workers = 2, args = [] } = options;
  const flags = quotaBytes === undefined ? [] : ['--quota-backend-bytes', String(quotaBytes)];
  return await closingOnFailure(async (directory, closers) => {
    const cluster = await startEtcdCluster({ flags });
    closers.push(() => cluster.stop());
    const log = openEtcdLog(cluster);
    closers.push(log.close);
    const proxies: TcpProxy[][] = [];
    const gateways: Gateway[] = [];
    for (let index = 0; index < count; index++) {
      const targets = isDirect ? [] : cluster.endpoints;
      const own = await Promise.all(targets.map(endpoint => startTcpProxy(new URL(endpoint).host)));
      proxies.push(own);
      closers.push(...own.map(proxy => () => proxy.close()));
      const endpoints = isDirect ? cluster.endpoints : own.map(({ address }) => `http://${address}`);
      const gateway = newGateway({
        directory: join(directory, `gateway-${index}`),
        args: ['--store', `etcd=${endpoints.join(',')}`, ...args],
        workers: index === 0 ? workers : 1,
        hasOwnClock: index === 1,
        ...(diskBytes !== undefined && index === count - 1 && { diskBytes }),
      });
      gateways.push(gateway);
      closers.push(gateway.close);
    }
    await Promise.all(gateways.map(gateway => gateway.start()));
    return {
      cluster,
      gateways,
      log,
      setWeather(weather, gateway, member) {
        for (const [index, proxy] of (proxies[gateway] ?? []).entries()) {
          if (member === undefined || member === index) proxy.set(weather);
        }
      },
    };
  });
}

export interface SingleEnvironmentOptions {
  readonly workers: number;
  readonly diskBytes: number;
}

/** One gateway that keeps its policies itself, for all its workers. */
export function startSingleEnvironment({
  workers,
  diskBytes,
}: SingleEnvironmentOptions): Promise<Environment> {
  return closingOnFailure(async (directory, closers) => {
    const gateway = newGateway({
      directory: join(directory, 'gateway'),
      args: ['--store', 'lmdb'],
      workers,
      diskBytes,
      hasOwnClock: true,
    });
    closers.push(gateway.close);
    await gateway.start();
    const log = openGatewayLog(gateway);
    closers.push(log.close);
    return { gateways: [gateway], log };
  });
}

type Closer = () => Promise<void> | void;

/** Opens what is closed in reverse order, also when not all of it can be opened. */
async function closingOnFailure<Opened extends object>(
  open: (directory: string, closers: Closer[]) => Promise<Opened>,
): Promise<Opened & { readonly close: () => Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-faults-'));
  const closers: Closer[] = [() => rmSync(directory, { recursive: true, force: true })];
  async function close(): Promise<void> {
    const problems: unknown[] = [];
    for (let closer = closers.pop(); closer; closer = closers.pop()) {
      try {
        await closer();
      } catch (error) {
        problems.push(error);
      }
    }
    if (problems.length > 0) throw new AggregateError(problems, problems.map(String).join('; '));
  }
  try {
    return { ...(await open(directory, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}
