import { execFileSync } from 'node:child_process';
import { cosDialect } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { curlActual, curlPreflight } from '../src/curl-line.ts';

/** The arguments that a shell makes of a command. */
function argumentsOf(words: readonly string[]): readonly string[] {
  const script = `curl() { printf '%s\\n' "$@"; }; ${words.join(' ')}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
}

const URL = 'http://127.0.0.1:4001/examplebucket-1250000000/hello.txt';

describe(curlPreflight, () => {
  it.each([
    { name: 'an ordinary origin', origin: 'https://a.com' },
    { name: 'one that a shell would act on', origin: "https://a'$(id)`id`\\!;&|*?#~" },
  ])('is read by a shell as it is meant, with $name', ({ origin }) => {
    const words = curlPreflight({ origin, method: 'PUT', headers: ['x-a', 'x-b'] }, cosDialect);
    expect(argumentsOf(words)).toEqual([
      ...['-i', '-X', 'OPTIONS', URL],
      ...['-H', `Origin: ${origin}`],
      ...['-H', 'Access-Control-Request-Method: PUT'],
      ...['-H', 'Access-Control-Request-Headers: x-a,x-b'],
    ]);
  });

  it('asks for no headers when there are none', () => {
    const words = curlPreflight({ origin: 'https://a.com', method: 'GET', headers: [] }, cosDialect);
    expect(words.join(' ')).not.toContain('Access-Control-Request-Headers');
  });
});

describe(curlActual, () => {
  it('is the request itself', () => {
    expect(
      argumentsOf(curlActual({ origin: 'https://a.com', method: 'GET', headers: [] }, cosDialect)),
    ).toEqual([...['-i', '-X', 'GET', URL], ...['-H', 'Origin: https://a.com']]);
  });
});
