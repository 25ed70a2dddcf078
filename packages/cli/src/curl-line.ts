import type { Dialect } from '@crossgate/dialects';

/** Where `crossgate serve` listens when it is not told otherwise. */
const PORT_BASE = 4000;

export interface CurlRequest {
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly string[];
}

/** The preflight of a request, as a command for a shell, to try on a server of one's own. An argument is one element. */
export function curlPreflight({ origin, method, headers }: CurlRequest, dialect: Dialect): readonly string[] {
  const names = headers.length > 0 ? [header('Access-Control-Request-Headers', headers.join(','))] : [];
  return [
    'curl -i -X OPTIONS',
    exampleUrl(dialect),
    header('Origin', origin),
    header('Access-Control-Request-Method', method),
    ...names,
  ];
}

/** An actual request, likewise. */
export function curlActual({ origin, method }: CurlRequest, dialect: Dialect): readonly string[] {
  return [`curl -i -X ${quote(method)}`, exampleUrl(dialect), header('Origin', origin)];
}

function exampleUrl({ portOffset, example }: Dialect): string {
  return quote(`http://127.0.0.1:${PORT_BASE + portOffset}${example.path}`);
}

function header(name: string, value: string): string {
  return `-H ${quote(`${name}: ${value}`)}`;
}

/** As one word of a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
