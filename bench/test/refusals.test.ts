import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkReport, type Load, type LoadReport } from '../harness/load.ts';
import { newCase, type Sample, type Series } from '../harness/measurement.ts';
import { FULL } from '../harness/plan.ts';
import { ask } from '../harness/raw-answer.ts';
import { Refusal } from '../harness/refusal.ts';
import { checkPreflights, SERVICES } from '../http/preflight.ts';

const LOAD: Load = { port: 1, connections: 4, requests: [], seconds: 2, expected: { byteLength: 100 } };

const RIGHT: LoadReport = {
  answers: 1000,
  milliseconds: 2001,
  bytes: 100_200,
  brokenSockets: 0,
  otherStatuses: 0,
  timeouts: 0,
  p50Milliseconds: 1,
  p99Milliseconds: 2,
};

describe('checkReport', () => {
  it('takes a run of which all is right, with answers that were under way in the end', () => {
    expect(() => checkReport(RIGHT, LOAD, 'peer')).not.toThrow();
  });

  const wrong: readonly { name: string; report: Partial<LoadReport>; message: string }[] = [
    { name: 'a broken connection', report: { brokenSockets: 1 }, message: 'peer: 1 sockets broke' },
    { name: 'an answer of another status', report: { otherStatuses: 1 }, message: '1 answers were not 2xx' },
    { name: 'an answer that did not come', report: { timeouts: 1 }, message: '1 did not come in time' },
    { name: 'no answer at all', report: { answers: 0 }, message: 'peer: no request was answered' },
    { name: 'a run that was too short', report: { milliseconds: 1700 }, message: 'too short' },
    { name: 'answers that are longer', report: { bytes: 101_000 }, message: 'answers had 101.0 bytes' },
    { name: 'answers that are shorter', report: { bytes: 99_000 }, message: 'answers had 99.0 bytes' },
  ];
  it.each(wrong)('refuses $name', ({ report, message }) => {
    const check = (): void => checkReport({ ...RIGHT, ...report }, LOAD, 'peer');
    expect(check).toThrow(Refusal);
    expect(check).toThrow(message);
  });
});

describe('newCase', () => {
  const sample: Sample = { rate: 1000, operations: 2000 };
  const series = (contestant: string, samples: readonly Sample[]): Series => ({ contestant, samples });
  const enough = Array.from({ length: FULL.leastRounds }, () => sample);

  it('takes what was long enough', () => {
    expect(() =>
      newCase('case', 'floor', [series('floor', enough), series('peer', enough)], FULL),
    ).not.toThrow();
  });

  const wrong: readonly { name: string; series: readonly Series[]; message: string }[] = [
    {
      name: 'a figure without its floor',
      series: [series('peer', enough)],
      message: 'the floor, floor, was not',
    },
    {
      name: 'too few rounds',
      series: [series('floor', enough), series('peer', enough.slice(1))],
      message: 'the run of peer was too short',
    },
    {
      name: 'a turn of too few operations',
      series: [series('floor', [...enough, { ...sample, operations: FULL.leastRequests - 1 }])],
      message: 'a turn of floor was too short',
    },
    {
      name: 'a rate that is no number',
      series: [series('floor', [...enough, { ...sample, rate: Number.NaN }])],
      message: 'a turn of floor was too short',
    },
  ];
  it.each(wrong)('refuses $name', ({ series: given, message }) => {
    const make = (): unknown => newCase('case', 'floor', given, FULL);
    expect(make).toThrow(Refusal);
    expect(make).toThrow(message);
  });
});

describe('checkPreflights', () => {
  const [cos] = SERVICES;
  if (!cos) throw new Error('a service is missing');
  let close = async (): Promise<void> => {};
  afterEach(() => close());

  /** A server that answers preflights so; `{origin}` is the one that asks. */
  async function check(status: number, headers: Readonly<Record<string, string>>): Promise<unknown> {
    const server = createServer((request, response) => {
      const origin = request.headers.origin ?? '';
      for (const [name, value] of Object.entries(headers)) {
        const isStranger = origin.includes('999') && !('X-Everybody' in headers);
        if (!isStranger) response.setHeader(name, value.replace('{origin}', origin));
      }
      response.writeHead(status, { 'Content-Length': 0 }).end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    close = () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      });
    const { port } = server.address() as AddressInfo;
    return await checkPreflights('peer', cos as (typeof SERVICES)[0], request => ask(port, request));
  }

  const right = {
    'Access-Control-Allow-Origin': '{origin}',
    'Access-Control-Allow-Methods': 'POST, GET',
    'Access-Control-Allow-Headers': 'Content-Type,authorization',
  };

  it('takes a server that lets in whom it must', async () => {
    await expect(check(204, right)).resolves.toMatchObject({ status: 204 });
  });

  const wrong: readonly {
    name: string;
    status?: number;
    headers: Record<string, string>;
    message: string;
  }[] = [
    { name: 'another status', status: 404, headers: right, message: 'answers a preflight with 404' },
    { name: 'no origin', headers: {}, message: 'with the origin ``' },
    {
      name: 'any origin for a named one',
      headers: { ...right, 'Access-Control-Allow-Origin': '*' },
      message: 'with the origin `*`',
    },
    {
      name: 'another method',
      headers: { ...right, 'Access-Control-Allow-Methods': 'GET' },
      message: 'does not allow POST',
    },
    {
      name: 'a header that is missing',
      headers: { ...right, 'Access-Control-Allow-Headers': 'content-type' },
      message: 'does not allow the header authorization',
    },
    { name: 'a stranger who is let in', headers: { ...right, 'X-Everybody': '1' }, message: 'a stranger' },
  ];
  it.each(wrong)('refuses $name', async ({ status = 204, headers, message }) => {
    await expect(check(status, headers)).rejects.toThrow(message);
  });

  it('refuses a server that is not there', async () => {
    await expect(ask(1, { method: 'OPTIONS', path: '/', headers: {} })).rejects.toThrow(Refusal);
  });
});
