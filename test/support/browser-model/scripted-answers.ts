import type { HeaderList } from '@crossgate/core';
import { OTHER_ORIGINS } from '../../../packages/core/test/browser/vectors.ts';
import { ALLOW_CREDENTIALS, allowOrigin, lines, type ScriptedCase, scriptFor } from './scripted-case.ts';

const PUT: HeaderList = lines('Allow-Methods', ['PUT']);
const MODES = ['omit', 'include'] as const;

/** What is answered, and whether a page of `origin` is let in by it. */
export function scriptedAnswers(origin: string): readonly ScriptedCase[] {
  return [
    ...originCases(origin),
    ...credentialsCases(origin),
    ...statusCases(origin),
    ...listCases(origin),
    ...exposureCases(origin),
  ];
}

function originCases(origin: string): readonly ScriptedCase[] {
  const script = scriptFor(origin);
  const host = origin.replace('http://', '');
  const others = OTHER_ORIGINS.map(value =>
    value.replaceAll('https://app.example', origin).replaceAll('app.example', host),
  ).flatMap(value => {
    const headers = [allowOrigin(value)];
    return [
      script(`allow-origin ${value}`, { actual: { headers } }),
      script(`allow-origin ${value} of a preflight`, {
        method: 'PUT',
        preflight: { headers: [...headers, ...PUT] },
      }),
    ];
  });
  const values = [[], [origin], [` ${origin}\t`], [origin, origin], ['*', '*'], [origin, '*'], ['*']];
  const own = values.flatMap(each =>
    (['omit', 'same-origin', 'include'] as const).map(credentials =>
      script(`allow-origin ${JSON.stringify(each)} ${credentials}`, {
        credentials,
        actual: { headers: [...lines('Allow-Origin', each), ALLOW_CREDENTIALS] },
      }),
    ),
  );
  return [...others, ...own];
}

const CREDENTIALS = [
  [],
  ['true'],
  [' true '],
  ['True'],
  ['TRUE'],
  ['1'],
  ['yes'],
  ['false'],
  [''],
  ['true,'],
  ['true', 'true'],
  ['true', 'false'],
];

function credentialsCases(origin: string): readonly ScriptedCase[] {
  const script = scriptFor(origin);
  return CREDENTIALS.flatMap(values =>
    (['same-origin', 'include'] as const).flatMap(credentials => {
      const headers = [allowOrigin(origin), ...lines('Allow-Credentials', values)];
      const name = `allow-credentials ${JSON.stringify(values)} ${credentials}`;
      return [
        script(name, { credentials, actual: { headers } }),
        script(`${name} of a preflight`, {
          method: 'PUT',
          credentials,
          preflight: { headers: [...headers, ...PUT] },
          actual: { headers: [allowOrigin(origin), ALLOW_CREDENTIALS] },
        }),
      ];
    }),
  );
}

const STATUSES = [200, 201, 204, 205, 206, 226, 299, 300, 400, 401, 403, 404, 405, 500, 503];
const REDIRECTS = [301, 302, 303, 304, 307, 308];

function statusCases(origin: string): readonly ScriptedCase[] {
  const script = scriptFor(origin);
  const headers = [allowOrigin(origin), ...PUT, ['Location', '/elsewhere'] as const];
  return [
    ...STATUSES.map(status => script(`actual status ${status}`, { actual: { status } })),
    ...[...STATUSES, ...REDIRECTS].map(status =>
      script(`preflight status ${status}`, { method: 'PUT', preflight: { status, headers } }),
    ),
  ];
}

const LISTS: readonly (readonly string[])[] = [
  [],
  [''],
  ['PUT'],
  ['GET, PUT'],
  ['GET', 'PUT'],
  ['put'],
  ['Put'],
  ['*'],
  ['*, GET'],
  [',PUT,,'],
  ['PUT\t,\tGET'],
  ['GET PUT'],
  ['PUT;'],
  ['"PUT"'],
  ['PUT, "GET"'],
  ['PUT, a b'],
  ['PUT', '@'],
  ['PUT/'],
  ['PUT, \u00e9'],
  ['(PUT)'],
  ['*,AUTHORIZATION'],
];

/** Header lists that a preflight asks for. */
const ASKED: readonly HeaderList[] = [
  [['PUT', '']],
  [['*', '']],
  [['Authorization', 'x']],
  [
    ['put', ''],
    ['authorization', ''],
  ],
];

function listCases(origin: string): readonly ScriptedCase[] {
  const script = scriptFor(origin);
  const basis = [allowOrigin(origin), ALLOW_CREDENTIALS];
  const answered = (...headers: HeaderList): { readonly headers: HeaderList } => ({
    headers: [...basis, ...headers],
  });
  return LISTS.flatMap(values =>
    MODES.flatMap(credentials => {
      const methods = lines('Allow-Methods', values);
      const list = `${JSON.stringify(values)} ${credentials}`;
      return [
        script(`allow-methods ${list}`, {
          method: 'PUT',
          credentials,
          preflight: answered(...methods),
          actual: answered(),
        }),
        script(`allow-methods ${list} when POST is asked for`, {
          method: 'POST',
          headers: [['x-a', '']],
          credentials,
          preflight: answered(...methods, ['Access-Control-Allow-Headers', 'x-a']),
          actual: answered(),
        }),
        ...ASKED.map(headers =>
          script(`allow-headers ${list} when ${headers.map(([name]) => name).join()} is asked for`, {
            headers,
            credentials,
            preflight: answered(...lines('Allow-Headers', values)),
            actual: answered(),
          }),
        ),
      ];
    }),
  );
}

const OWN: HeaderList = [
  ['Content-Length', '0'],
  ['Content-Type', 'text/plain'],
  ['ETag', '"x"'],
  ['Cache-Control', 'no-store'],
  ['X-B', ''],
  ['x-a', '1'],
  ['X-A', '2'],
  ['Set-Cookie', 'a=b'],
  ['Set-Cookie2', 'a=b'],
  ['Expires', '0'],
  ['Pragma', 'x'],
  ['Content-Language', 'mi'],
  ['Last-Modified', 'x'],
  ['*', ''],
  ['Age', '1'],
  ['Date', 'x'],
  ['Server', 'x'],
  ['Vary', 'x'],
  ['WWW-Authenticate', 'x'],
];

const EXPOSED = [
  [],
  [''],
  ['*'],
  ['X-A'],
  ['x-a, ETag'],
  ['x-a', 'etag'],
  ['*, x-a'],
  ['Set-Cookie, set-cookie2'],
  ['x-a etag'],
  ['x-a', '"etag"'],
  [',,x-a,'],
  ['x-a, b c'],
  ['x-none'],
  ['Date,Server,Vary'],
];

function exposureCases(origin: string): readonly ScriptedCase[] {
  const script = scriptFor(origin);
  return EXPOSED.flatMap(values =>
    MODES.map(credentials => {
      const headers = [...OWN, allowOrigin(origin), ALLOW_CREDENTIALS, ...lines('Expose-Headers', values)];
      return script(`expose-headers ${JSON.stringify(values)} ${credentials}`, {
        credentials,
        actual: { headers },
      });
    }),
  );
}

const AGES = [
  [],
  ['0'],
  ['600'],
  ['00600'],
  ['1000000'],
  ['99999999999999999999'],
  [''],
  ['-1'],
  ['+600'],
  ['600.5'],
  ['600s'],
  ['0x10'],
  ['600, 0'],
  ['600', '600'],
  ['ten'],
];

/** What is fetched three times, and how often a preflight is sent for it. */
export function scriptedAges(origin: string): readonly ScriptedCase[] {
  const script = scriptFor(origin);
  return AGES.map(values =>
    script(`max-age ${JSON.stringify(values)}`, {
      method: 'PUT',
      times: 3,
      preflight: { headers: [allowOrigin(origin), ...PUT, ...lines('Max-Age', values)] },
    }),
  );
}
