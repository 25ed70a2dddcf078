import { join } from 'node:path';
import { openLmdbPolicyStore } from '@crossgate/policy-store';
import { startModule } from '../harness/child.ts';
import { cosHostOf } from '../servers/cos-request.ts';
import { startCrossgate } from '../servers/crossgate.ts';
import { NGINX, NGINX_MISSING, startNginx } from '../servers/nginx.ts';
import type { DataServer } from './data-server.ts';
import { nginxProxy } from './nginx-proxy.ts';

export const BUCKET = 'bench-1250000000';
export const HOST: string = cosHostOf(BUCKET);
export const ORIGIN = 'https://app.example.com';

export const GATEWAY = 'crossgate';
export const BARE = 'bare undici';
const DIRECT = 'the upstream itself';

/** Proxies before one upstream, the floor among them. */
export async function startProxies(
  dataDirectory: string,
  stops: (() => Promise<void>)[],
): Promise<{ readonly servers: readonly DataServer[]; readonly leftOut: readonly string[] }> {
  const upstream = await startModule(new URL('upstream-server.js', import.meta.url), undefined);
  stops.push(upstream.stop);
  const { main: upstreamPort = 0 } = upstream.ports;
  const url = `http://127.0.0.1:${upstreamPort}`;
  await allowOrigin(dataDirectory);
  const crossgate = await startCrossgate({ dataDirectory, upstream: [`cos=${url}`] });
  stops.push(crossgate.stop);
  const bare = await startModule(new URL('undici-server.js', import.meta.url), url);
  stops.push(bare.stop);
  const headers = { Host: HOST, Origin: ORIGIN };
  const common = { headersOf: () => headers, pathOf: (size: number) => `/${size}` };
  const { cos = 0 } = crossgate.ports;
  const { main: barePort = 0 } = bare.ports;
  const servers: DataServer[] = [
    { name: GATEWAY, pid: crossgate.pid, port: cos, ...common },
    { name: BARE, pid: bare.pid, port: barePort, ...common },
    { name: DIRECT, pid: upstream.pid, port: upstreamPort, ...common },
  ];
  if (!NGINX) return { servers, leftOut: [NGINX_MISSING] };
  const nginx = await startNginx(NGINX, nginxProxy(upstreamPort));
  stops.push(nginx.stop);
  const { main: nginxPort = 0 } = nginx.ports;
  servers.push({ name: 'nginx proxy_pass', pid: nginx.pid, port: nginxPort, ...common });
  return { servers, leftOut: [] };
}

/** The gateway has CORS headers to add to every answer. */
async function allowOrigin(dataDirectory: string): Promise<void> {
  const store = openLmdbPolicyStore({ directory: join(dataDirectory, 'policies') });
  const rule = {
    allowedOrigins: [ORIGIN],
    allowedMethods: ['GET', 'PUT'],
    allowedHeaders: ['*'],
    exposeHeaders: ['ETag'],
    maxAgeSeconds: 600,
  };
  await store.put({ dialect: 'cos', tenant: BUCKET }, { rules: [rule] });
  await store.close();
}
