import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import {
  type ClientRequest,
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readServeConfig } from '../src/config/read-serve-config.ts';
import { type DialectListener, openDialectListeners } from '../src/dialect-listeners.ts';
import { formatMetrics } from '../src/metrics.ts';
import { newObserved } from '../src/observed/observed.ts';
import { type ServeConfig, UPSTREAM_TIMEOUTS } from '../src/serve-config.ts';
import { openStores } from '../src/stores.ts';

interface Opened {
  readonly config: ServeConfig;
  readonly listener: DialectListener;
  readonly upstream: Server;
  readonly told: Readonly<Record<string, unknown>>[];
  readonly failures: () => string[];
}

/** The listener of COS in front of an upstream. */
async function openBefore(answer: RequestListener): Promise<Opened> {
  const upstream = createServer(answer).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const dataDirectory = mkdtempSync(join(tmpdir(), 'crossgate-listeners-'));
  const { port } = upstream.address() as AddressInfo;
  const flags = { portBase: 0, dataDirectory, store: 'memory' };
  const read = readServeConfig({ ...flags, upstream: [`cos=http://127.0.0.1:${port}`] }, {});
  if (read.kind === 'problem') throw new Error(read.message);
  const { cos } = read.config.dialects;
  const config: ServeConfig = { ...read.config, dialects: cos ? { cos } : {} };
  const told: Opened['told'] = [];
  const log = pino({ base: null, level: 'warn' }, { write: line => void told.push(JSON.parse(line)) });
  const stores = await openStores(config, { recover: true }, log);
  const observed = newObserved();
  const [listener] = await openDialectListeners(config, stores, observed, log);
  if (!listener) throw new Error('there is no listener');
  onTestFinished(async () => {
    upstream.closeAllConnections();
    upstream.close();
    await stores.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  const failures = (): string[] =>
    formatMetrics([observed.metrics.snapshot()])
      .split('\n')
      .filter(line => line.startsWith('crossgate_upstream_failures_total'));
  return { config, listener, upstream, told, failures };
}

describe('closing the listener of a dialect', () => {
  it.each([
    {
      name: 'has not answered',
      answer: () => {},
      hasBegun: (_client: ClientRequest, upstream: Server) => once(upstream, 'request'),
    },
    {
      name: 'is answering',
      answer: (_request: IncomingMessage, response: ServerResponse) => {
        response.write('x'.repeat(100_000));
      },
      hasBegun: (client: ClientRequest) => once(client, 'response'),
    },
  ])(
    'at the end of its patience tells of no failure of an upstream that $name',
    async ({ answer, hasBegun }) => {
      const { listener, upstream, told, failures } = await openBefore(answer);
      const client = get(`http://${listener.address}/key`).on('error', () => {});
      client.on('response', response => response.resume());
      const ended = new Promise(resolve => client.once('close', resolve));
      await hasBegun(client, upstream);
      await listener.close(0);
      await ended;
      expect([told, failures()]).toEqual([[], []]);
    },
  );

  it('gives up what a former upstream has not answered, after others have taken its place', async () => {
    const { config, listener, upstream, told, failures } = await openBefore(() => {});
    const client = get(`http://${listener.address}/key`).on('error', () => {});
    const ended = new Promise(resolve => client.once('close', resolve));
    await once(upstream, 'request');
    const { cos } = config.dialects;
    for (const port of [1, 2]) {
      const next = { ...UPSTREAM_TIMEOUTS, url: `http://127.0.0.1:${port}` };
      listener.reload({ ...config, dialects: cos ? { cos: { ...cos, upstream: next } } : {} });
    }
    await listener.close(0);
    await ended;
    expect([told, failures()]).toEqual([[], []]);
  });
});
