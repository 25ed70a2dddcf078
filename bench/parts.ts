import { runData } from './data/data.ts';
import { runDecide } from './decide/decide.ts';
import type { PartResult } from './harness/measurement.ts';
import type { Plan } from './harness/plan.ts';
import type { PartName } from './harness/targets.ts';
import { runHttp } from './http/http.ts';
import { runTenants } from './tenants/tenants.ts';
import { runWorkers } from './workers/workers.ts';
import { runWrites } from './writes/writes.ts';

/** A part of the benchmark. */
export interface Part {
  readonly title: string;
  readonly run: (plan: Plan) => Promise<PartResult>;
}

/** In the order in which they run. */
export const PARTS_BY_NAME: Readonly<Record<PartName, Part>> = {
  decide: { title: 'Decisions', run: runDecide },
  http: { title: 'Preflights over HTTP', run: runHttp },
  tenants: { title: 'Many tenants', run: runTenants },
  data: { title: 'Bodies', run: runData },
  writes: { title: 'Durable writes', run: runWrites },
  workers: { title: 'Workers', run: runWorkers },
};
