import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from './gateway.ts';
import type { Read, State, Write, WriteOutcome } from './history.ts';
import { type Answer, type Call, type Client, openClient } from './http-client.ts';
import type { SeededRandom } from './seeded-random.ts';
import { RULES, readPolicy, readPolicyAnswer, readPreflight } from './services.ts';
import type { Tenant, Tenants } from './tenants.ts';

export interface WorkloadOptions {
  readonly gateways: readonly Gateway[];
  readonly tenants: Tenants;
  readonly random: SeededRandom;
  /** Default 6. */
  readonly writers?: number;
  /** Of each gateway. Default 2. */
  readonly readers?: number;
  /** Between two writes of one writer. Default 30. */
  readonly writePauseMilliseconds?: number;
  /** Between two reads of one reader. Default 10. */
  readonly readPauseMilliseconds?: number;
}

/** Clients that write and read all the time. */
export interface Workload {
  readonly writes: Write[];
  readonly reads: Read[];
  /** Lets all that is under way end, and resolves when nobody does anything. */
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
  readonly close: () => Promise<void>;
}

/** Longer than a gateway takes to give a write up. */
const WRITE_TIMEOUT_MILLISECONDS = 8_000;
const READ_TIMEOUT_MILLISECONDS = 2_000;

export function startWorkload(options: WorkloadOptions): Workload {
  const { gateways, tenants, random } = options;
  const { writers = 6, readers = 2, writePauseMilliseconds = 30, readPauseMilliseconds = 10 } = options;
  const writes: Write[] = [];
  const reads: Read[] = [];
  const written = openClient({ keepsConnections: false, timeoutMilliseconds: WRITE_TIMEOUT_MILLISECONDS });
  const kept = openClient({ keepsConnections: true, timeoutMilliseconds: READ_TIMEOUT_MILLISECONDS });
  const fresh = openClient({ keepsConnections: false, timeoutMilliseconds: READ_TIMEOUT_MILLISECONDS });
  let numbers = 0;
  let isPaused = false;
  let isClosed = false;
  let underWay = 0;
  /** What writers believe that a tenant has. */
  const believed = new Map<string, Belief>();

  async function act(
    action: () => Promise<void>,
    pauseMilliseconds: number,
    own: SeededRandom,
  ): Promise<void> {
    while (!isClosed) {
      if (!isPaused) {
        underWay += 1;
        try {
          await action();
        } finally {
          underWay -= 1;
        }
      }
      await sleep(pauseMilliseconds * (0.5 + own.next()));
    }
  }

  async function write(own: SeededRandom): Promise<void> {
    const tenant = tenants.toWrite(own);
    const gateway = own.below(gateways.length);
    numbers += 1;
    const plan = planWrite(own, tenant, numbers, believed.get(tenant.id));
    const address = gateways[gateway]?.addressOf(plan.through === 'admin' ? 'admin' : tenant.service.id);
    if (address === undefined) return;
    const { call, ...described } = plan;
    const began = performance.now();
    const outcome = await written.send(address, call).then(
      answer => readOutcome(answer, plan),
      (): WriteOutcome => ({ kind: 'unknown' }),
    );
    writes.push({ ...described, tenant: tenant.id, gateway, began, ended: performance.now(), outcome });
    const belief = beliefAfter(described, outcome);
    if (belief) believed.set(tenant.id, belief);
  }

  async function read(gateway: number, own: SeededRandom): Promise<void> {
    const tenant = own.pick(tenants.current());
    const through = tenant.service.preflight && own.chance(0.8) ? 'preflight' : 'admin';
    const client = own.chance(0.5) ? kept : fresh;
    const found = await readOnce(client.send, gateways[gateway], tenant, through, 1 + own.below(RULES));
    if (found) reads.push({ ...found, gateway });
  }

  const running: Promise<void>[] = [];
  for (let writer = 0; writer < writers; writer++) {
    const own = random.fork();
    running.push(act(() => write(own), writePauseMilliseconds, own));
  }
  for (const gateway of gateways.keys()) {
    for (let reader = 0; reader < readers; reader++) {
      const own = random.fork();
      running.push(act(() => read(gateway, own), readPauseMilliseconds, own));
    }
  }
  return {
    writes,
    reads,
    async pause() {
      isPaused = true;
      while (underWay > 0) await sleep(5);
    },
    resume() {
      isPaused = false;
    },
    async close() {
      isClosed = true;
      await Promise.all(running);
      for (const client of [written, kept, fresh]) client.close();
    },
  };
}

/** What somebody last learnt of a tenant. */
interface Belief {
  readonly state: State;
  /** Undefined where there is nothing. */
  readonly revision: number | undefined;
}

type Planned = Pick<Write, 'number' | 'action' | 'through' | 'expected'> & { readonly call: Call };

function planWrite(own: SeededRandom, tenant: Tenant, number: number, belief: Belief | undefined): Planned {
  const { service, name } = tenant;
  if (service.put && own.chance(0.3)) {
    return { number, action: 'put', through: 'service', call: service.put(name, number) };
  }
  const action = own.chance(0.1) ? 'delete' : 'put';
  const path = `/api/v1/tenants/${service.id}/${name}/policy`;
  const body = action === 'put' ? { body: JSON.stringify(service.policy(number)) } : {};
  const method = action === 'put' ? 'PUT' : 'DELETE';
  const isConditional = own.chance(0.7);
  if (!isConditional) return { number, action, through: 'admin', call: { method, path, ...body } };
  const { state, revision } = belief ?? { state: 'absent', revision: undefined };
  const headers: Record<string, string> =
    revision === undefined ? { 'If-None-Match': '*' } : { 'If-Match': `"${revision}"` };
  return { number, action, through: 'admin', expected: state, call: { method, path, headers, ...body } };
}

function readOutcome({ status, text }: Answer, { action, through }: Planned): WriteOutcome {
  if (status >= 500) return { kind: 'unknown', status };
  if (through === 'service') return status === 200 ? { kind: 'written' } : { kind: 'refused', status };
  switch (status) {
    case 200:
      return { kind: 'written', revision: (JSON.parse(text) as { readonly revision: number }).revision };
    case 412: {
      const { current, revision } = currentOf(text);
      return { kind: 'conflict', current, ...(revision !== undefined && { revision }) };
    }
    case 404:
      return action === 'delete' ? { kind: 'absent' } : { kind: 'refused', status };
    default:
      return { kind: 'refused', status };
  }
}

/** What a refusal says that there is. */
function currentOf(text: string): { readonly current: State; readonly revision?: number } {
  const {
    error: { current },
  } = JSON.parse(text) as {
    readonly error: {
      readonly current: {
        readonly revision: number;
        readonly policy: { readonly rules: readonly unknown[] };
      } | null;
    };
  };
  if (current === null) return { current: 'absent' };
  const state = readPolicy(current.policy);
  // A refusal that shows a torn policy names none that anybody wrote.
  return { current: typeof state === 'number' ? state : -1, revision: current.revision };
}

function beliefAfter(
  { number, action }: Pick<Write, 'number' | 'action'>,
  outcome: WriteOutcome,
): Belief | undefined {
  switch (outcome.kind) {
    case 'written':
      if (action === 'delete') return { state: 'absent', revision: undefined };
      return outcome.revision === undefined ? undefined : { state: number, revision: outcome.revision };
    case 'conflict':
      return { state: outcome.current, revision: outcome.revision };
    case 'absent':
      return { state: 'absent', revision: undefined };
    case 'refused':
    case 'unknown':
      return undefined;
    default:
      return outcome satisfies never;
  }
}

/** One read of one tenant at a gateway; undefined when it could not tell. */
export async function readOnce(
  send: Client,
  gateway: Gateway | undefined,
  { service, name, id }: Tenant,
  through: Read['through'],
  rule: number,
): Promise<Omit<Read, 'gateway'> | undefined> {
  const preflight = through === 'preflight' ? service.preflight?.(name, rule) : undefined;
  const address = gateway?.addressOf(preflight ? service.id : 'admin');
  if (address === undefined) return undefined;
  const began = performance.now();
  try {
    const path = `/api/v1/tenants/${service.id}/${name}/policy`;
    const answer = await send(address, preflight ?? { method: 'GET', path });
    const seen = preflight ? readPreflight(answer) : readPolicyAnswer(answer);
    if (seen === undefined) return undefined;
    const revision = Number(/^"(\d+)"$/.exec(answer.headers.etag ?? '')?.[1]);
    return {
      tenant: id,
      through,
      seen,
      ...(!preflight && revision > 0 && { revision }),
      began,
      ended: performance.now(),
    };
  } catch {
    // Nobody was there, or nobody answered in time.
    return undefined;
  }
}
