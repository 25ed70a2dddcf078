import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdCluster } from '../support/etcd-cluster.ts';
import type { Weather } from '../support/tcp-proxy.ts';
import { compactAndDefragment } from './compact.ts';
import type { Environment, EtcdEnvironment } from './environment.ts';
import { FAKETIME_MISSING } from './faketime.ts';
import { fillQuota, freeQuota } from './quota.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Ends a fault. When it resolves, etcd has a quorum, ways are open, and gateways run. */
export type Heal = () => Promise<void>;

/** Something that goes wrong in an environment where all was well. */
export interface Fault<In extends Environment = EtcdEnvironment> {
  readonly name: string;
  /** What it disturbs: two faults of one place do not come at the same time. */
  readonly place: 'etcd' | 'gateway';
  /** Why it cannot be done here; undefined when it can. */
  readonly missing: (environment: In) => string | undefined;
  readonly strike: (environment: In, random: SeededRandom) => Promise<Heal>;
}

const possible = (): undefined => undefined;

const MEMBERS = [0, 1, 2];

async function killMembers({ cluster }: EtcdEnvironment, members: readonly number[]): Promise<Heal> {
  await cluster.kill(...members);
  return () => cluster.restart(...members);
}

async function pauseMember({ cluster }: EtcdEnvironment, member: number): Promise<Heal> {
  cluster.signal(member, 'SIGSTOP');
  return async () => {
    cluster.signal(member, 'SIGCONT');
    await quorum(cluster);
  };
}

/** Until etcd takes a request. */
async function quorum(cluster: EtcdCluster): Promise<void> {
  for (;;) {
    try {
      await cluster.control('--command-timeout', '1s', 'get', 'is-it-there');
      return;
    } catch {
      await sleep(20);
    }
  }
}

/** A gateway that was left alone by a fault that goes on, or any. */
function anyGateway({ gateways }: Environment, random: SeededRandom): number {
  return random.below(gateways.length);
}

/** A change of the network between one gateway and all members, or one of them. */
function weatherFault(name: string, weather: (random: SeededRandom) => Weather): Fault {
  return {
    name,
    place: 'gateway',
    missing: possible,
    async strike(environment, random) {
      const gateway = anyGateway(environment, random);
      const member = random.chance(0.25) ? random.pick(MEMBERS) : undefined;
      environment.setWeather(weather(random), gateway, member);
      return async () => environment.setWeather({ kind: 'clear' }, gateway, member);
    },
  };
}

const HOUR_SECONDS = 3_600;
const CLOCK_JUMPS = [-24 * HOUR_SECONDS, -HOUR_SECONDS, -30, 30, HOUR_SECONDS, 24 * HOUR_SECONDS];

/** What happens to a gateway, wherever its policies are. */
export const GATEWAY_FAULTS: readonly Fault<Environment>[] = [
  {
    name: 'kill a gateway',
    place: 'gateway',
    missing: possible,
    async strike(environment, random) {
      const gateway = random.pick(environment.gateways);
      await gateway.kill();
      return () => gateway.start();
    },
  },
  {
    name: 'kill a worker',
    place: 'gateway',
    missing: ({ gateways }) =>
      gateways.some(({ workers }) => workers > 1) ? undefined : 'no gateway has workers',
    async strike({ gateways }, random) {
      const gateway = random.pick(gateways.filter(({ workers }) => workers > 1));
      process.kill(random.pick(gateway.workerIds()), 'SIGKILL');
      return async () => {};
    },
  },
  {
    name: 'pause a gateway',
    place: 'gateway',
    missing: possible,
    async strike(environment, random) {
      const gateway = random.pick(environment.gateways);
      gateway.signal('SIGSTOP');
      return async () => gateway.signal('SIGCONT');
    },
  },
  {
    name: 'jump of a clock',
    place: 'gateway',
    missing: ({ gateways }) =>
      gateways.some(({ setClock }) => setClock) ? undefined : (FAKETIME_MISSING ?? 'no gateway has a clock'),
    async strike({ gateways }, random) {
      const setClock = random.pick(gateways.flatMap(gateway => gateway.setClock ?? []));
      setClock(random.pick(CLOCK_JUMPS));
      return async () => setClock(0);
    },
  },
  {
    name: 'full disk of a gateway',
    place: 'gateway',
    missing: ({ gateways }) =>
      gateways.some(({ fillDisk }) => fillDisk) ? undefined : 'only root can mount a small file system',
    async strike({ gateways }, random) {
      const fillDisk = random.pick(gateways.flatMap(gateway => gateway.fillDisk ?? []));
      const empty = fillDisk();
      return async () => empty();
    },
  },
];

/** What happens to gateways, to members of etcd, and between them. */
export const ETCD_FAULTS: readonly Fault[] = [
  ...GATEWAY_FAULTS,
  weatherFault('cut connections', () => ({ kind: 'cut' })),
  weatherFault('slow connections', random => ({ kind: 'slow', milliseconds: 20 + random.below(300) })),
  weatherFault('silence one way', random => ({ kind: 'silent', way: random.pick(['to', 'from'] as const) })),
  weatherFault('half-open connections', () => ({ kind: 'dead' })),
  {
    name: 'compaction while a gateway is cut off',
    place: 'gateway',
    missing: possible,
    async strike(environment, random) {
      const gateway = anyGateway(environment, random);
      environment.setWeather({ kind: 'cut' }, gateway);
      return async () => {
        // What was written meanwhile is what it misses.
        await compactAndDefragment(environment.cluster);
        environment.setWeather({ kind: 'clear' }, gateway);
      };
    },
  },
  {
    name: 'kill a follower',
    place: 'etcd',
    missing: possible,
    async strike(environment, random) {
      const leader = await environment.cluster.leader();
      return await killMembers(environment, [random.pick(MEMBERS.filter(member => member !== leader))]);
    },
  },
  {
    name: 'kill the leader',
    place: 'etcd',
    missing: possible,
    strike: async environment => killMembers(environment, [await environment.cluster.leader()]),
  },
  {
    name: 'kill a majority',
    place: 'etcd',
    missing: possible,
    strike: (environment, random) => killMembers(environment, random.shuffled(MEMBERS).slice(1)),
  },
  {
    name: 'kill all members',
    place: 'etcd',
    missing: possible,
    strike: environment => killMembers(environment, MEMBERS),
  },
  {
    name: 'pause a follower',
    place: 'etcd',
    missing: possible,
    async strike(environment, random) {
      const leader = await environment.cluster.leader();
      return await pauseMember(environment, random.pick(MEMBERS.filter(member => member !== leader)));
    },
  },
  {
    name: 'pause the leader',
    place: 'etcd',
    missing: possible,
    strike: async environment => pauseMember(environment, await environment.cluster.leader()),
  },
  {
    name: 'etcd out of space',
    place: 'etcd',
    missing: possible,
    async strike({ cluster }) {
      await fillQuota(cluster);
      return () => freeQuota(cluster);
    },
  },
];
