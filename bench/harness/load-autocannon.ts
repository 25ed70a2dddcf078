import autocannon from 'autocannon';
import type { Load, LoadReport } from './load.ts';

/** Loads a server where there is no wrk. It needs more of the processors than wrk does. */
export async function loadWithAutocannon(load: Load): Promise<LoadReport> {
  const result = await autocannon({
    url: `http://127.0.0.1:${load.port}`,
    connections: load.connections,
    duration: load.seconds,
    requests: load.requests.map(({ method, path, headers, body }) => ({
      method: method as autocannon.Request['method'] & string,
      path,
      headers: { ...headers },
      ...(body !== undefined && { body }),
    })),
  });
  return {
    answers: result.requests.total,
    milliseconds: result.duration * 1000,
    bytes: result.throughput.total,
    failures: result.errors + result.timeouts + result.non2xx + result.mismatches,
    p50Milliseconds: result.latency.p50,
    p99Milliseconds: result.latency.p99,
  };
}
