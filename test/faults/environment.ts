import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { startTcpProxy, type TcpProxy, type Weather } from '../support/tcp-proxy.ts';
import { type Gateway, newGateway } from './gateway.ts';

/** Three members of etcd and some gateways, with a way that can be disturbed from each gateway to each member. */
export interface Environment {
  readonly cluster: EtcdCluster;
  readonly gateways: readonly Gateway[];
  /** Between a gateway and all members, or one of them. */
  readonly setWeather: (weather: Weather, gateway: number, member?: number) => void;
  readonly close: () => Promise<void>;
}

export interface EnvironmentOptions {
  /** Default 3. */
  readonly gateways?: number;
  /** After so many bytes etcd takes nothing more. */
  readonly quotaBytes?: number;
  /** Of the disk of the last gateway, which then has one of its own. The second has a clock of its own. */
  readonly diskBytes?: number;
  /** Of the first gateway. Default 2. */
  readonly workers?: number;
}

/** Starts everything. Gateways are ready when it resolves. */
export async function startEnvironment(options: EnvironmentOptions = {}): Promise<Environment> {
  const { gateways: count = 3, quotaBytes, diskBytes, workers = 2 } = options;
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-faults-'));
  const flags = quotaBytes === undefined ? [] : ['--quota-backend-bytes', String(quotaBytes)];
  const closers: (() => Promise<void> | void)[] = [
    () => rmSync(directory, { recursive: true, force: true }),
  ];
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
    const cluster = await startEtcdCluster({ flags });
    closers.push(() => cluster.stop());
    const proxies: TcpProxy[][] = [];
    closers.push(async () => {
      await Promise.all(proxies.flat().map(proxy => proxy.close()));
    });
    const gateways: Gateway[] = [];
    closers.push(async () => {
      await Promise.all(gateways.map(gateway => gateway.close()));
    });
    for (let index = 0; index < count; index++) {
      const own = await Promise.all(cluster.endpoints.map(endpoint => startTcpProxy(new URL(endpoint).host)));
      proxies.push(own);
      const store = `etcd=${own.map(({ address }) => `http://${address}`).join(',')}`;
      gateways.push(
        newGateway({
          directory: join(directory, `gateway-${index}`),
          args: ['--store', store],
          workers: index === 0 ? workers : 1,
          hasOwnClock: index === 1,
          ...(diskBytes !== undefined && index === count - 1 && { diskBytes }),
        }),
      );
    }
    await Promise.all(gateways.map(gateway => gateway.start()));
    return {
      cluster,
      gateways,
      setWeather(weather, gateway, member) {
        const own = proxies[gateway] ?? [];
        for (const [index, proxy] of own.entries()) {
          if (member === undefined || member === index) proxy.set(weather);
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
