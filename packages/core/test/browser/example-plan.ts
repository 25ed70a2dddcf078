import { type FetchPlan, planFetch } from '../../src/browser/plan-fetch.ts';
import type { BrowserRequest } from '../../src/browser/request.ts';

export const exampleRequest: BrowserRequest = {
  pageOrigin: 'https://app.example',
  url: 'https://api.example/key',
  method: 'GET',
  headers: [],
  credentials: 'same-origin',
};

/** The plan of a request that differs in something from the example, and is sent. */
export function examplePlan(differences: Partial<BrowserRequest> = {}): FetchPlan {
  const plan = planFetch({ ...exampleRequest, ...differences });
  if (plan.kind === 'blocked') throw new Error(plan.help);
  return plan;
}
