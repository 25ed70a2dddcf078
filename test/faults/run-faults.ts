import { setTimeout as sleep } from 'node:timers/promises';
import { parseExposition } from '../support/exposition.ts';
import { checkHistory } from './check-history.ts';
import type { Environment } from './environment.ts';
import { type FaultSums, newTotals } from './fault-sums.ts';
import type { Fault, Heal } from './faults.ts';
import type { Gateway } from './gateway.ts';
import type { Death, History, LogEntry, Recovery, State } from './history.ts';
import { type Client, openClient } from './http-client.ts';
import { seededRandom } from './seeded-random.ts';
import type { StoreLog } from './store-log.ts';
import { newTenants, type Tenant } from './tenants.ts';
import { readOnce, startWorkload } from './workload.ts';

export interface FaultRunOptions {
  readonly seed: number;
  /** For how long new faults are begun. */
  readonly milliseconds: number;
  /** Is told what happens. */
  readonly onProgress: (line: string) => void;
}

/** What was done, and what came of it. */
export interface FaultReport extends FaultSums {
  readonly seed: number;
  readonly seconds: number;
}

/** Clients are at work for so long before a fault, and after it is over. */
const CALM_MILLISECONDS = 200;
const SHORTEST_FAULT_MILLISECONDS = 400;
const LONGEST_FAULT_MILLISECONDS = 2_500;
/** Now and then one lasts longer than a gateway waits for etcd before it gives a write up. */
const OUTAGE_MILLISECONDS = 7_000;
const OUTAGE_CHANCE = 0.06;
/** That two come together. */
const PAIR_CHANCE = 0.4;
/** How long a gateway that does not recover is waited for. */
const RECOVERY_TIMEOUT_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 5;
/** A gateway asks etcd every second. */
const CONTACT_LIMIT_SECONDS = 3;
const POLL_TIMEOUT_MILLISECONDS = 1_000;

/** Lets faults come and go while clients write and read, and checks what they have seen. Closes the environment at the end. */
export async function runFaults<In extends Environment>(
  environment: In,
  faults: readonly Fault<In>[],
  options: FaultRunOptions,
): Promise<FaultReport> {
  const { seed, milliseconds, onProgress } = options;
  const random = seededRandom(seed);
  const began = performance.now();
  const { gateways, log } = environment;
  const totals = newTotals(faults.map(({ name }) => name));
  const tenants = newTenants();
  const workload = startWorkload({ gateways, tenants, random: random.fork() });
  const poll = openClient({ keepsConnections: false, timeoutMilliseconds: POLL_TIMEOUT_MILLISECONDS });
  let deck: Fault<In>[] = [];

  /** Every fault once before any comes again, in another order each time. */
  function nextFault(place?: Fault['place']): Fault<In> | undefined {
    if (deck.length === 0) {
      deck = random.shuffled(
        faults.filter(fault => {
          const missing = fault.missing(environment);
          if (missing !== undefined) totals.skip(fault.name, missing);
          return missing === undefined;
        }),
      );
    }
    const index = place === undefined ? 0 : deck.findIndex(fault => fault.place === place);
    return index < 0 ? undefined : deck.splice(index, 1)[0];
  }

  /** One fault, sometimes with another one of another place at the same time. */
  async function round(number: number): Promise<void> {
    const first = nextFault();
    if (!first) throw new Error('there is no fault that can be done here');
    // Each has been once, or nearly.
    const isLater = number > faults.length;
    const second =
      isLater && random.chance(PAIR_CHANCE)
        ? nextFault(first.place === 'etcd' ? 'gateway' : 'etcd')
        : undefined;
    const struck: readonly Fault<In>[] = second ? [first, second] : [first];
    const names = struck.map(({ name }) => name).join(' + ');
    await sleep(CALM_MILLISECONDS);
    const heals: Heal[] = [];
    for (const fault of struck) {
      heals.push(await fault.strike(environment, random));
      totals.strike(fault.name);
    }
    const ordinary =
      SHORTEST_FAULT_MILLISECONDS +
      random.next() ** 2 * (LONGEST_FAULT_MILLISECONDS - SHORTEST_FAULT_MILLISECONDS);
    const isOutage = isLater && random.chance(OUTAGE_CHANCE);
    await sleep(isOutage ? OUTAGE_MILLISECONDS : ordinary);
    // Ways are opened and gateways started when etcd has a quorum again.
    for (const [index, heal] of heals.entries()) if (struck[index]?.place === 'etcd') await heal();
    for (const [index, heal] of heals.entries()) if (struck[index]?.place === 'gateway') await heal();
    const deaths = await revive(gateways);
    const recoveries = await untilRecovered(names, gateways, log, poll.send);
    await sleep(CALM_MILLISECONDS);
    await workload.pause();
    const settled = await settle(names, gateways, log, tenants.replaceAll(), poll.send);
    const history: History = {
      writes: workload.writes.splice(0),
      reads: workload.reads.splice(0),
      log: settled.log,
      recoveries: [...recoveries, ...settled.recoveries],
      deaths,
    };
    workload.resume();
    const checked = checkHistory(history);
    totals.add({ ...history, recoveries }, checked);
    const slowest = Math.max(...recoveries.map(recovery => recovery.milliseconds));
    onProgress(
      `${names}: ${history.writes.length} writes, ${history.reads.length} reads, recovered in ${Math.round(slowest)} ms, ` +
        `${checked.violations.length} violations`,
    );
  }

  try {
    for (let number = 1; performance.now() - began < milliseconds; number++) await round(number);
  } finally {
    await workload.close();
    poll.close();
    await environment.close();
  }
  return { seed, seconds: (performance.now() - began) / 1000, ...totals.sums() };
}

/** Starts those again that have ended by themselves. */
async function revive(gateways: readonly Gateway[]): Promise<readonly Death[]> {
  const deaths: Death[] = [];
  for (const [index, gateway] of gateways.entries()) {
    const how = gateway.death();
    if (how === undefined) continue;
    deaths.push({ gateway: index, how });
    await gateway.start();
  }
  return deaths;
}

/** Measures how long each gateway takes, from now, to have everything that is in etcd now. */
async function untilRecovered(
  fault: string,
  gateways: readonly Gateway[],
  log: StoreLog,
  send: Client,
): Promise<readonly Recovery[]> {
  const healed = performance.now();
  const newest = await log.newest();
  if (!newest) return [];
  return await Promise.all(
    gateways.map(async (gateway, index) => {
      while (!(await hasRevision(send, gateway, newest))) {
        if (performance.now() - healed > RECOVERY_TIMEOUT_MILLISECONDS) {
          return { fault, gateway: index, milliseconds: Number.POSITIVE_INFINITY };
        }
        await sleep(POLL_MILLISECONDS);
      }
      return { fault, gateway: index, milliseconds: performance.now() - healed };
    }),
  );
}

async function hasRevision(
  send: Client,
  gateway: Gateway,
  { tenant, revision }: Pick<LogEntry, 'tenant' | 'revision'>,
): Promise<boolean> {
  const address = gateway.addressOf('admin');
  if (address === undefined) return false;
  try {
    const path = `/api/v1/tenants/${tenant}/policy/history`;
    const { status, text } = await send(address, { method: 'GET', path });
    if (status !== 200) return false;
    const { revisions } = JSON.parse(text) as {
      readonly revisions: readonly { readonly revision: number }[];
    };
    return (revisions[0]?.revision ?? 0) >= revision;
  } catch {
    return false;
  }
}

/** Waits, while nobody writes, until every gateway answers for every tenant by what etcd has, in every way of reading. */
async function settle(
  fault: string,
  gateways: readonly Gateway[],
  storeLog: StoreLog,
  tenants: readonly Tenant[],
  send: Client,
): Promise<{ readonly log: readonly LogEntry[]; readonly recoveries: readonly Recovery[] }> {
  const began = performance.now();
  for (;;) {
    const log = await storeLog.of(tenants.map(({ id }) => id));
    const read = performance.now();
    const states = new Map<string, State>();
    for (const { tenant, state } of log.toSorted((a, b) => a.sequence - b.sequence))
      states.set(tenant, state);
    const recoveries = await Promise.all(
      gateways.map(async (gateway, index) => {
        const isSame =
          (await showsAll(send, gateway, tenants, states)) && (await saysThatAllIsWell(send, gateway));
        // A write that nobody has acknowledged may come now: then etcd is asked again.
        const milliseconds = isSame ? read - began : Number.POSITIVE_INFINITY;
        return { fault: `${fault}, all tenants`, gateway: index, milliseconds };
      }),
    );
    const isOver = recoveries.every(({ milliseconds }) => milliseconds < Number.POSITIVE_INFINITY);
    if (isOver || performance.now() - began > RECOVERY_TIMEOUT_MILLISECONDS) return { log, recoveries };
  }
}

/** Whether it is ready, and its metrics tell of no replica that is behind or out of touch. */
async function saysThatAllIsWell(send: Client, gateway: Gateway): Promise<boolean> {
  const address = gateway.addressOf('admin') ?? '';
  const [ready, metrics] = await Promise.all(
    ['/readyz', '/metrics'].map(path => send(address, { method: 'GET', path })),
  );
  if (ready?.status !== 200 || !metrics) return false;
  const { samples } = parseExposition(metrics.text);
  const value = (name: string): number | undefined => samples.get(`crossgate_policy_replica_${name}`);
  return (
    (value('ready') ?? 1) === 1 &&
    (value('lag_revisions') ?? 0) === 0 &&
    (value('seconds_since_contact') ?? 0) < CONTACT_LIMIT_SECONDS
  );
}

async function showsAll(
  send: Client,
  gateway: Gateway,
  tenants: readonly Tenant[],
  states: ReadonlyMap<string, State>,
): Promise<boolean> {
  const reads = tenants.flatMap(tenant =>
    (['admin', 'preflight'] as const).map(async through => {
      const read = await readOnce(send, gateway, tenant, through, 1);
      return read?.seen === (states.get(tenant.id) ?? 'absent');
    }),
  );
  return (await Promise.all(reads)).every(isSame => isSame);
}
