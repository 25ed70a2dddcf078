import { describe, expect, it } from 'vitest';
import { planFetch } from '../../src/browser/plan-fetch.ts';
import type { BrowserRequest } from '../../src/browser/request.ts';
import type { BlockingStep } from '../../src/browser/verdict.ts';
import { examplePlan, exampleRequest } from './example-plan.ts';

describe('planFetch', () => {
  const blockedCases: readonly (readonly [BlockingStep, Partial<BrowserRequest>])[] = [
    ['request-url', { url: '/relative' }],
    ['request-url', { url: 'https://' }],
    ['request-url', { url: 'https://user@api.example/' }],
    ['request-url', { url: 'https://:secret@api.example/' }],
    ['request-method', { method: '' }],
    ['request-method', { method: 'GE T' }],
    ['request-method', { method: 'trace' }],
    ['request-method', { method: 'CONNECT' }],
    ['request-method', { method: 'Track' }],
    ['request-header', { headers: [['a b', '']] }],
    ['scheme', { url: 'ftp://api.example/' }],
    ['scheme', { url: 'file:///etc/hosts' }],
  ];

  it.each(blockedCases)('ends at %s for %j', (step, differences) => {
    expect(planFetch({ ...exampleRequest, ...differences })).toMatchObject({
      kind: 'blocked',
      phase: 'request',
      step,
    });
  });

  const methods: readonly (readonly [given: string, sent: string])[] = [
    ['get', 'GET'],
    ['pOsT', 'POST'],
    ['head', 'HEAD'],
    ['put', 'PUT'],
    ['delete', 'DELETE'],
    ['options', 'OPTIONS'],
    ['patch', 'patch'],
    ['Patch', 'Patch'],
    ['chicken', 'chicken'],
    ['tracer', 'tracer'],
  ];

  it.each(methods)('sends %s as %s', (method, sent) => {
    expect(examplePlan({ method }).method).toBe(sent);
  });

  const origins: readonly (readonly [pageOrigin: string, url: string, isCrossOrigin: boolean])[] = [
    ['https://app.example', 'https://app.example/key', false],
    ['https://app.example', 'HTTPS://APP.example:443/key', false],
    ['https://app.example', 'https://app.example:8443/', true],
    ['https://app.example', 'http://app.example/', true],
    ['https://app.example', 'https://www.app.example/', true],
    ['http://127.0.0.1:80', 'http://127.0.0.1/', true],
    ['http://xn--bcher-kva.example', 'http://b\u00fccher.example/', false],
    ['null', 'https://app.example/', true],
  ];

  it.each(origins)('tells whether a page of %s crosses an origin to %s', (pageOrigin, url, isCrossOrigin) => {
    expect(examplePlan({ pageOrigin, url }).isCrossOrigin).toBe(isCrossOrigin);
  });

  const own = 'https://app.example/key';
  const originSent: readonly (readonly [url: string, method: string, sendsOrigin: boolean])[] = [
    [own, 'GET', false],
    [own, 'HEAD', false],
    [own, 'POST', true],
    [own, 'PUT', true],
    [exampleRequest.url, 'GET', true],
    [exampleRequest.url, 'HEAD', true],
  ];

  it.each(originSent)('tells whether %s gets Origin with %s', (url, method, sendsOrigin) => {
    expect(examplePlan({ url, method }).sendsOrigin).toBe(sendsOrigin);
  });

  it('asks in a preflight for the method and each unsafe name once, sorted', () => {
    const { preflight } = examplePlan({
      method: 'put',
      headers: [
        ['X-b', '1'],
        ['Accept', '*/*'],
        ['x-B', '2'],
        ['Authorization', 'x'],
        ['Content-Type', 'application/json'],
        ['Cookie', 'a=b'],
        ['X_a', ''],
        ['X-a', ''],
      ],
    });
    expect(preflight?.headers).toEqual([
      ['Origin', 'https://app.example'],
      ['Access-Control-Request-Method', 'PUT'],
      ['Access-Control-Request-Headers', 'authorization,content-type,x-a,x-b,x_a'],
    ]);
    expect(preflight?.causes).toEqual([
      { kind: 'method', method: 'PUT' },
      { kind: 'header', name: 'X-b', value: '1', reason: 'name' },
      { kind: 'header', name: 'x-B', value: '2', reason: 'name' },
      { kind: 'header', name: 'Authorization', value: 'x', reason: 'name' },
      { kind: 'header', name: 'Content-Type', value: 'application/json', reason: 'media-type' },
      { kind: 'header', name: 'X_a', value: '', reason: 'name' },
      { kind: 'header', name: 'X-a', value: '', reason: 'name' },
    ]);
  });

  it('does not ask for headers when the method alone needs it', () => {
    expect(examplePlan({ method: 'DELETE', headers: [['accept', '*/*']] }).preflight?.headers).toEqual([
      ['Origin', 'https://app.example'],
      ['Access-Control-Request-Method', 'DELETE'],
    ]);
  });

  it('sends no preflight for what a form could send', () => {
    const headers = [['Content-Type', 'text/plain']] as const;
    expect(examplePlan({ method: 'POST', headers }).preflight).toBeUndefined();
  });

  it('sends no preflight to the own origin', () => {
    expect(examplePlan({ url: own, method: 'PUT', headers: [['x-a', '']] }).preflight).toBeUndefined();
  });

  it('has no preflight for a header that is dropped', () => {
    const plan = examplePlan({ headers: [['Cookie', 'a=b']] });
    expect([plan.preflight, plan.headers, plan.droppedHeaders]).toEqual([undefined, [], [['Cookie', 'a=b']]]);
  });
});
