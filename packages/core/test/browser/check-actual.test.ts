import { describe, expect, it } from 'vitest';
import { checkActual } from '../../src/browser/check-actual.ts';
import type { HeaderList } from '../../src/browser/header-list.ts';
import type { BrowserRequest, CredentialsMode } from '../../src/browser/request.ts';
import type { BlockingStep } from '../../src/browser/verdict.ts';
import { examplePlan } from './example-plan.ts';
import { OTHER_ORIGINS } from './vectors.ts';

const ANY = ['Access-Control-Allow-Origin', '*'] as const;

function allowed(...headers: HeaderList): HeaderList {
  return [['access-control-allow-origin', 'https://app.example'], ...headers];
}

function credentials(value: string): readonly [string, string] {
  return ['Access-Control-Allow-Credentials', value];
}

describe('checkActual', () => {
  const passing: readonly (readonly [pageOrigin: string, value: string])[] = [
    ['https://app.example', 'https://app.example'],
    ['https://app.example', '*'],
    ['https://app.example', ' https://app.example\t'],
    ['null', 'null'],
    ['null', '*'],
    ['http://app.example:8080', 'http://app.example:8080'],
  ];

  it.each(passing)('lets a page of %s read what is for %j', (pageOrigin, value) => {
    const response = { status: 200, headers: [['Access-Control-Allow-Origin', value]] } as const;
    expect(checkActual(examplePlan({ pageOrigin }), response).kind).toBe('readable');
  });

  it.each(OTHER_ORIGINS)('does not let a page read what is for %j', value => {
    const response = { status: 200, headers: [['Access-Control-Allow-Origin', value]] } as const;
    expect(checkActual(examplePlan(), response)).toMatchObject({
      kind: 'blocked',
      phase: 'actual',
      step: 'allow-origin-different',
    });
  });

  const steps: readonly (readonly [name: string, HeaderList, CredentialsMode, BlockingStep | undefined])[] = [
    ['no header', [], 'omit', 'allow-origin-missing'],
    ['two lines', [ANY, ANY], 'omit', 'allow-origin-different'],
    ['any, with same-origin', [ANY], 'same-origin', undefined],
    ['any, with include', [ANY, credentials('true')], 'include', 'allow-origin-any'],
    ['no credentials', allowed(), 'include', 'allow-credentials'],
    ['credentials', allowed(credentials('true')), 'include', undefined],
    ['credentials in another case', allowed(credentials('True')), 'include', 'allow-credentials'],
    ['credentials `false`', allowed(credentials('false')), 'include', 'allow-credentials'],
    ['credentials twice', allowed(credentials('true'), credentials('true')), 'include', 'allow-credentials'],
    ['bad credentials that nobody asks for', allowed(credentials('no')), 'same-origin', undefined],
  ];

  it.each(steps)('judges %s', (_name, headers, mode, step) => {
    const verdict = checkActual(examplePlan({ credentials: mode }), { status: 200, headers });
    expect(verdict.kind === 'blocked' ? verdict.step : undefined).toBe(step);
  });

  const own: HeaderList = [
    ['Content-Type', 'text/plain'],
    ['ETag', '"x"'],
    ['Cache-Control', 'no-cache'],
    ['X-B', ''],
    ['x-a', ''],
    ['X-A', ''],
    ['Set-Cookie', 'a=b'],
    ['Set-Cookie2', 'a=b'],
    ['*', ''],
  ];
  const safe = ['cache-control', 'content-type'];
  const exposures: readonly (readonly [
    expose: readonly string[],
    differences: Partial<BrowserRequest>,
    expected: readonly string[],
  ])[] = [
    [[], {}, safe],
    [['ETag, X-a, x-none'], {}, [...safe, 'etag', 'x-a']],
    [['ETag', 'x-a'], {}, [...safe, 'etag', 'x-a']],
    [['set-cookie, SET-cookie2'], {}, safe],
    [
      ['*'],
      {},
      [
        '*',
        'access-control-allow-credentials',
        'access-control-allow-origin',
        'access-control-expose-headers',
        'cache-control',
        'content-type',
        'etag',
        'x-a',
        'x-b',
      ],
    ],
    [['*'], { credentials: 'include' }, ['*', ...safe]],
    [['ETag x-a'], {}, safe],
    [['ETag', 'x:a'], {}, safe],
    [[''], {}, safe],
  ];

  it.each(exposures)('exposes %j, fetched with %j', (expose, differences, exposedHeaders) => {
    const lines = expose.map(value => ['Access-Control-Expose-Headers', value] as const);
    const headers = [...own, ...allowed(credentials('true'), ...lines)];
    const verdict = checkActual(examplePlan(differences), { status: 404, headers });
    expect(verdict).toEqual({ kind: 'readable', status: 404, exposedHeaders });
  });

  it('shows all but cookies to the own origin', () => {
    const verdict = checkActual(examplePlan({ url: 'https://app.example/' }), { status: 200, headers: own });
    expect(verdict).toMatchObject({
      exposedHeaders: ['*', 'cache-control', 'content-type', 'etag', 'x-a', 'x-b'],
    });
  });

  const redirects: readonly (readonly [location: string, expected: unknown])[] = [
    [
      '/other?x',
      { kind: 'redirected', location: 'https://api.example/other?x', pageOrigin: 'https://app.example' },
    ],
    ['https://cdn.example', { kind: 'redirected', location: 'https://cdn.example/', pageOrigin: 'null' }],
    ['https://app.example/', { kind: 'redirected', location: 'https://app.example/', pageOrigin: 'null' }],
    ['https://', expect.objectContaining({ kind: 'blocked', step: 'redirect-location' })],
    ['data:,x', expect.objectContaining({ kind: 'blocked', step: 'redirect-location' })],
    ['https://user@api.example/', expect.objectContaining({ kind: 'blocked', step: 'redirect-location' })],
  ];

  it.each(redirects)('follows a redirect to %s', (location, expected) => {
    for (const status of [301, 302, 303, 307, 308]) {
      expect(checkActual(examplePlan(), { status, headers: allowed(['Location', location]) })).toEqual(
        expected,
      );
    }
  });

  it('keeps the own origin through redirects from it', () => {
    const response = { status: 302, headers: [['Location', 'https://api.example/']] } as const;
    expect(checkActual(examplePlan({ url: 'https://app.example/' }), response)).toMatchObject({
      kind: 'redirected',
      pageOrigin: 'https://app.example',
    });
  });

  it('reads a redirect without a location, and does not follow one that is not for the page', () => {
    expect(checkActual(examplePlan(), { status: 302, headers: allowed() })).toMatchObject({
      kind: 'readable',
    });
    expect(checkActual(examplePlan(), { status: 201, headers: allowed(['Location', '/x']) }).kind).toBe(
      'readable',
    );
    expect(checkActual(examplePlan(), { status: 302, headers: [['Location', '/x']] })).toMatchObject({
      kind: 'blocked',
      step: 'allow-origin-missing',
    });
  });
});
