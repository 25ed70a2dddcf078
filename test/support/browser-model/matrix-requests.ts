import type { CredentialsMode, HeaderList } from '@crossgate/core';

/** With `patch`, which is no `PATCH`. */
export const ALL_METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'get',
  'put',
  'PATCH',
  'patch',
  'OPTIONS',
  'MERGE',
  'TRACE',
  'GET',
];

export const METHODS_IN_UPPER_CASE: readonly string[] = ALL_METHODS.map(method =>
  method === 'patch' ? 'PATCH' : method,
);

const HEADERS: readonly HeaderList[] = [
  [],
  [['X-A', '1']],
  [['Authorization', 'Basic eA==']],
  [['Content-Type', 'text/plain;charset=UTF-8']],
  [['Content-Type', 'application/json']],
  [
    ['X-b', '2'],
    ['x-a', '1'],
    ['Accept', 'text/html'],
  ],
  [['Range', 'bytes=0-1']],
  [['Range', 'bytes=-1']],
  [['Accept-Language', 'de_CH']],
  [['Accept', 'a'.repeat(129)]],
  [
    ['Cookie', 'a=b'],
    ['Sec-Any', '1'],
    ['X-HTTP-Method-Override', 'TRACE'],
  ],
  [
    ['X-HTTP-Method-Override', 'PUT'],
    ['Cache-Control', 'no-cache'],
  ],
  [
    ['Authorization', 'x'],
    ['Content-Type', 'application/xml'],
    ['x-ms-date', 'today'],
  ],
  [['a b', '']],
  [['*', '']],
  [
    ['X-A', ''],
    ['Origin', 'https://other.example'],
  ],
  [['Content-Language', 'mi']],
];

const CREDENTIALS: readonly CredentialsMode[] = ['omit', 'same-origin', 'include'];

export interface MatrixRequest {
  readonly method: string;
  readonly headers: HeaderList;
  readonly credentials: CredentialsMode;
}

/**
 * The request of a number, with one of 13 methods. The three lists have lengths without a common divisor, so that consecutive numbers go
 * through every combination.
 */
export function matrixRequest(methods: readonly string[], number: number): MatrixRequest {
  return {
    method: methods[number % methods.length] ?? '',
    headers: HEADERS[number % HEADERS.length] ?? [],
    credentials: CREDENTIALS[number % CREDENTIALS.length] ?? 'omit',
  };
}
