import { type ClientAddress, clientAddressBehind } from './client-address.ts';
import { type CountRequest, openRequestRates, type RequestRates } from './request-rates.ts';

export interface RequestLimitsConfig extends RequestRates {
  readonly trustedProxies?: readonly string[];
}

/** How many requests a process takes of whom, as it is in force when each of them comes. */
export interface RequestLimits {
  readonly clientAddress: ClientAddress;
  /** Undefined where there are as many requests as there will. */
  readonly countRequest: CountRequest | undefined;
  /** Everybody begins anew where rates change. */
  readonly replace: (config: RequestLimitsConfig) => void;
}

export function openRequestLimits(config: RequestLimitsConfig): RequestLimits {
  let known = textOf(config);
  let clientAddress = clientAddressBehind(config.trustedProxies ?? []);
  let countRequest = openRequestRates(config);
  return {
    get clientAddress() {
      return clientAddress;
    },
    get countRequest() {
      return countRequest;
    },
    replace: next => {
      const text = textOf(next);
      if (text === known) return;
      known = text;
      clientAddress = clientAddressBehind(next.trustedProxies ?? []);
      countRequest = openRequestRates(next);
    },
  };
}

function textOf({ tenantRate, addressRate, trustedProxies }: RequestLimitsConfig): string {
  return JSON.stringify([tenantRate, addressRate, trustedProxies]);
}
