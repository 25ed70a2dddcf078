import autocannon from 'autocannon';
import type { Access, Load, LoadReport } from './load.ts';
import { SCATTER } from './load-wrk.ts';

/** Loads a server where there is no wrk. It needs more of the processors than wrk does. */
export async function loadWithAutocannon(load: Load): Promise<LoadReport> {
  const result = await autocannon({
    url: `http://127.0.0.1:${load.port}`,
    connections: load.connections,
    duration: load.seconds,
    requests: load.requests.map(({ method, path, headers, body }) => {
      const request: autocannon.Request = {
        method: method as autocannon.Request['method'] & string,
        path,
        headers: { ...headers },
        ...(body !== undefined && { body }),
      };
      const { access } = load;
      return access ? { ...request, setupRequest: () => forTenant(request, access) } : request;
    }),
  });
  return {
    answers: result.requests.total,
    milliseconds: result.duration * 1000,
    bytes: result.throughput.total,
    brokenSockets: result.errors,
    otherStatuses: result.non2xx,
    timeouts: result.timeouts,
    p50Milliseconds: result.latency.p50,
    p99Milliseconds: result.latency.p99,
  };
}

/** The same request for another tenant, as `load-wrk.ts` chooses them. */
function forTenant(request: autocannon.Request, { count, pattern }: Access): autocannon.Request {
  const rank = Math.floor(pattern === 'zipf' ? count ** Math.random() - 1 : count * Math.random());
  const tenant = String((rank * SCATTER) % count).padStart(7, '0');
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => [
    name,
    String(value).replace('{tenant}', tenant),
  ]);
  return { ...request, headers: Object.fromEntries(headers) as autocannon.Request['headers'] & object };
}
