import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { azureTablesPolicyApi } from '../../src/azure-tables/policy-api.ts';
import type { ReadPolicyBody, TenantState } from '../../src/dialect.ts';
import type { ServiceError } from '../../src/exchange.ts';
import { exchangeOf, type Pairs } from './azure-tables-exchange.ts';

interface Sent {
  readonly version?: string;
  readonly headers?: Pairs;
}

function read(body: string, sent: Sent = {}): ReadPolicyBody {
  return azureTablesPolicyApi.read(exchangeOf({ method: 'PUT', ...sent }), Buffer.from(body, 'utf8'));
}

function refusalOf(body: string, sent: Sent = {}): ServiceError {
  const result = read(body, sent);
  if (result.kind !== 'refused') throw new Error('it is taken');
  return result.error;
}

interface Parts {
  readonly origins?: string;
  readonly methods?: string;
  readonly allowed?: string;
  readonly exposed?: string;
  readonly maxAge?: string;
}

function rule({
  origins = 'http://a.com',
  methods = 'GET',
  allowed = '',
  exposed = '',
  maxAge = '5',
}: Parts = {}) {
  return `<CorsRule><AllowedOrigins>${origins}</AllowedOrigins><AllowedMethods>${methods}</AllowedMethods><AllowedHeaders>${allowed}</AllowedHeaders><ExposedHeaders>${exposed}</ExposedHeaders><MaxAgeInSeconds>${maxAge}</MaxAgeInSeconds></CorsRule>`;
}

function properties(...sections: readonly string[]): string {
  return `<StorageServiceProperties>${sections.join('')}</StorageServiceProperties>`;
}

function cors(...rules: readonly string[]): string {
  return properties(`<Cors>${rules.join('')}</Cors>`);
}

function names(count: number, form: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => form(i)).join(',');
}

function retention(days: string | undefined): string {
  const inner =
    days === undefined ? '<Enabled>false</Enabled>' : `<Enabled>true</Enabled><Days>${days}</Days>`;
  return `<RetentionPolicy>${inner}</RetentionPolicy>`;
}

function logging(days?: string): string {
  return `<Logging><Version>1.0</Version><Delete>true</Delete><Read>false</Read><Write>true</Write>${retention(days)}</Logging>`;
}

function metrics(name: string, enabled = 'true', includeApis = '<IncludeAPIs>true</IncludeAPIs>'): string {
  return `<${name}><Version>1.0</Version><Enabled>${enabled}</Enabled>${includeApis}${retention('7')}</${name}>`;
}

const LITERALS = names(64, i => `x-${i}`);

const taken: readonly { readonly name: string; readonly body: string }[] = [
  { name: 'five rules', body: cors(...Array.from({ length: 5 }, () => rule())) },
  { name: '64 origins', body: cors(rule({ origins: names(64, i => `http://${i}.com`) })) },
  {
    name: '64 literal and 2 prefixed headers in both lists',
    body: cors(rule({ allowed: `${LITERALS},a*,b*`, exposed: `${LITERALS},a*,b*` })),
  },
  { name: 'an origin of 256 characters', body: cors(rule({ origins: 'o'.repeat(256) })) },
  { name: 'a header of 256 characters', body: cors(rule({ allowed: 'h'.repeat(256) })) },
  { name: 'an age of 0', body: cors(rule({ maxAge: '0' })) },
  { name: 'an origin without a scheme', body: cors(rule({ origins: 'www.xyz.com' })) },
  { name: 'an age with zeros before it', body: cors(rule({ maxAge: '007' })) },
  // Origin, method and age of a rule are 16 characters: 516 + 3 * 496 + 44.
  {
    name: '2 KB of rules',
    body: cors(
      rule({ allowed: 'h'.repeat(250), exposed: 'e'.repeat(250) }),
      ...Array.from({ length: 3 }, () => rule({ allowed: 'h'.repeat(250), exposed: 'e'.repeat(230) })),
      rule({ allowed: 'h'.repeat(28) }),
    ),
  },
];

const TOO_LONG = 'o'.repeat(257);

interface RefusedCase {
  readonly name: string;
  readonly body: string;
  readonly code: 'InvalidXmlDocument' | 'InvalidXmlNodeValue' | 'UnsupportedXmlNode';
}

const refused: readonly RefusedCase[] = [
  { name: 'six rules', body: cors(...Array.from({ length: 6 }, () => rule())), code: 'InvalidXmlDocument' },
  {
    name: '65 origins',
    body: cors(rule({ origins: names(65, i => `http://${i}.com`) })),
    code: 'InvalidXmlNodeValue',
  },
  { name: '65 allowed headers', body: cors(rule({ allowed: `${LITERALS},y` })), code: 'InvalidXmlNodeValue' },
  { name: '65 exposed headers', body: cors(rule({ exposed: `${LITERALS},y` })), code: 'InvalidXmlNodeValue' },
  { name: '3 allowed prefixes', body: cors(rule({ allowed: 'a*,b*,c*' })), code: 'InvalidXmlNodeValue' },
  { name: '3 exposed prefixes', body: cors(rule({ exposed: 'a*,b*,c*' })), code: 'InvalidXmlNodeValue' },
  {
    name: 'an origin of 257 characters',
    body: cors(rule({ origins: TOO_LONG })),
    code: 'InvalidXmlNodeValue',
  },
  { name: 'an allowed header of 257', body: cors(rule({ allowed: TOO_LONG })), code: 'InvalidXmlNodeValue' },
  { name: 'an exposed header of 257', body: cors(rule({ exposed: TOO_LONG })), code: 'InvalidXmlNodeValue' },
  {
    name: 'rules of more than 2 KB',
    body: cors(
      rule({ allowed: 'h'.repeat(250), exposed: 'e'.repeat(250) }),
      ...Array.from({ length: 3 }, () => rule({ allowed: 'h'.repeat(250), exposed: 'e'.repeat(230) })),
      rule({ allowed: 'h'.repeat(29) }),
    ),
    code: 'InvalidXmlNodeValue',
  },
  { name: 'a method in small letters', body: cors(rule({ methods: 'get' })), code: 'InvalidXmlNodeValue' },
  {
    name: 'a method that is none',
    body: cors(rule({ methods: 'NOTAREALVERB' })),
    code: 'InvalidXmlNodeValue',
  },
  { name: 'no origin', body: cors(rule({ origins: '' })), code: 'InvalidXmlNodeValue' },
  { name: 'no method', body: cors(rule({ methods: '' })), code: 'InvalidXmlNodeValue' },
  { name: 'an age below 0', body: cors(rule({ maxAge: '-1' })), code: 'InvalidXmlNodeValue' },
  { name: 'an age that is no number', body: cors(rule({ maxAge: '1h' })), code: 'InvalidXmlNodeValue' },
  ...['AllowedOrigins', 'AllowedMethods', 'AllowedHeaders', 'ExposedHeaders', 'MaxAgeInSeconds'].map(
    name => ({
      name: `a rule without ${name}`,
      body: cors(rule().replace(new RegExp(`<${name}>.*</${name}>`), '')),
      code: 'InvalidXmlDocument' as const,
    }),
  ),
  { name: 'an age with an exponent', body: cors(rule({ maxAge: '1e3' })), code: 'InvalidXmlNodeValue' },
  {
    name: 'a child of a rule twice',
    body: cors(rule().replace('<AllowedMethods>', '<AllowedMethods>PUT</AllowedMethods><AllowedMethods>')),
    code: 'InvalidXmlDocument',
  },
  { name: 'a section twice', body: properties('<Cors/>', '<Cors/>'), code: 'InvalidXmlDocument' },
  { name: 'text in place of sections', body: properties('Cors'), code: 'InvalidXmlDocument' },
  { name: 'an unknown element', body: properties('<Comment/>'), code: 'UnsupportedXmlNode' },
  {
    name: 'an unknown element of a rule',
    body: cors(rule().replace('<AllowedMethods>', '<ID/><AllowedMethods>')),
    code: 'UnsupportedXmlNode',
  },
  { name: 'metrics of the old form', body: properties(metrics('Metrics')), code: 'UnsupportedXmlNode' },
  { name: 'another document', body: '<CORSConfiguration/>', code: 'UnsupportedXmlNode' },
  { name: 'no document', body: '', code: 'InvalidXmlDocument' },
  { name: 'JSON', body: '{}', code: 'InvalidXmlDocument' },
  { name: 'half a document', body: '<StorageServiceProperties>', code: 'InvalidXmlDocument' },
  { name: 'a document type', body: `<!DOCTYPE a>${properties()}`, code: 'InvalidXmlDocument' },
  { name: '366 days', body: properties(logging('366')), code: 'InvalidXmlDocument' },
  { name: '0 days', body: properties(logging('0')), code: 'InvalidXmlDocument' },
  {
    name: 'days that are missing',
    body: properties(logging('7').replace('<Days>7</Days>', '')),
    code: 'InvalidXmlDocument',
  },
  {
    name: 'IncludeAPIs that is missing',
    body: properties(metrics('HourMetrics', 'true', '')),
    code: 'InvalidXmlDocument',
  },
  ...['Version', 'Delete', 'Read', 'Write', 'RetentionPolicy'].map(name => ({
    name: `logging without ${name}`,
    body: properties(logging().replace(new RegExp(`<${name}>.*</${name}>`), '')),
    code: 'InvalidXmlDocument' as const,
  })),
  {
    name: 'a bad value beside a missing element',
    body: cors(rule({ methods: 'get' }).replace('<AllowedHeaders></AllowedHeaders>', '')),
    code: 'InvalidXmlDocument',
  },
];

const SENTENCES = {
  InvalidXmlDocument: 'XML specified is not syntactically valid.',
  InvalidXmlNodeValue: 'The value for one of the XML nodes is not in the correct format.',
  UnsupportedXmlNode: 'One of the XML nodes specified in the request body is not supported.',
} as const;

const LOGGING = {
  version: '1.0',
  read: false,
  write: true,
  delete: true,
  retentionPolicy: { enabled: false },
};
const METRICS = {
  version: '1.0',
  enabled: true,
  includeApis: true,
  retentionPolicy: { enabled: true, days: 7 },
};

describe('azureTablesPolicyApi.read', () => {
  it.each(taken)('takes $name', ({ body }) => {
    expect(read(body)).toMatchObject({ kind: 'update' });
  });

  it.each(refused)('refuses $name', ({ body, code }) => {
    const error = refusalOf(body);
    expect([error.status, error.code]).toEqual([400, code]);
    expect(error.message).toMatch(new RegExp(`^${SENTENCES[code]}\n.+`));
  });

  it('leaves out what the document leaves out', () => {
    expect(read(properties())).toEqual({ kind: 'update', settings: {} });
    expect(read(properties(logging()))).toEqual({ kind: 'update', settings: { logging: LOGGING } });
    expect(read(properties('<Cors/>'))).toEqual({ kind: 'update', settings: {}, policy: { rules: [] } });
  });

  it('reads every section', () => {
    const body = properties(
      metrics('MinuteMetrics', 'false', ''),
      cors(rule()).replace(/<\/?StorageServiceProperties>/g, ''),
      metrics('HourMetrics'),
      logging('365'),
    );
    expect(read(body)).toEqual({
      kind: 'update',
      settings: {
        logging: { ...LOGGING, retentionPolicy: { enabled: true, days: 365 } },
        hourMetrics: METRICS,
        minuteMetrics: { version: '1.0', enabled: false, retentionPolicy: { enabled: true, days: 7 } },
      },
      policy: {
        rules: [
          {
            allowedOrigins: ['http://a.com'],
            allowedMethods: ['GET'],
            allowedHeaders: [],
            exposeHeaders: [],
            maxAgeSeconds: 5,
          },
        ],
      },
    });
  });

  it('passes over what depends on something that is off', () => {
    const off = logging('400').replace('<Enabled>true', '<Enabled>false');
    expect(refusalOf(properties(off)).code).toBe('InvalidXmlDocument');
    expect(read(properties(off.replace('400', '40'), metrics('HourMetrics', 'false')))).toEqual({
      kind: 'update',
      settings: {
        logging: LOGGING,
        hourMetrics: { version: '1.0', enabled: false, retentionPolicy: { enabled: true, days: 7 } },
      },
    });
  });

  it('tells what is wrong, and where', () => {
    expect(refusalOf(cors(rule({ origins: 'http://a.com,http://a b.com' }))).message).toMatch(
      /\nrules\[0\]\.allowedOrigins\[1\] \(line 1, column 43\): the origin `http:\/\/a b\.com` has /,
    );
  });

  it('reads the form of versions before 2013-08-15', () => {
    const old = properties(logging(), metrics('Metrics'));
    for (const version of ['2009-09-19', '2012-02-12', '2013-08-14']) {
      expect(read(old, { version })).toEqual({
        kind: 'update',
        settings: { logging: LOGGING, hourMetrics: METRICS },
      });
    }
    expect(refusalOf(old, { version: '2013-08-15' }).code).toBe('UnsupportedXmlNode');
  });

  it.each([
    { name: 'logging alone', body: properties(logging()), code: 'InvalidXmlDocument' },
    { name: 'metrics alone', body: properties(metrics('Metrics')), code: 'InvalidXmlDocument' },
    { name: 'CORS', body: properties(logging(), metrics('Metrics'), '<Cors/>'), code: 'UnsupportedXmlNode' },
  ])('refuses $name in the form of versions before 2013-08-15', ({ body, code }) => {
    expect(refusalOf(body, { version: '2012-02-12' }).code).toBe(code);
  });

  it('holds a digest against the body', () => {
    const digest = (text: string) => createHash('md5').update(text).digest('base64');
    const body = properties();
    expect(read(body, { headers: [['Content-MD5', digest(body)]] })).toMatchObject({ kind: 'update' });
    expect(refusalOf(body, { headers: [['Content-MD5', digest('')]] }).code).toBe('Md5Mismatch');
    expect(refusalOf(body, { headers: [['Content-MD5', 'x']] }).code).toBe('InvalidMd5');
  });
});

const STATE: TenantState = {
  policy: {
    rules: [
      {
        allowedOrigins: ['www.xyz.com', 'www.ab.com', 'www.bc.com'],
        allowedMethods: ['GET', 'PUT'],
        allowedHeaders: ['x-ms-meta-data*', 'x-ms-meta-target*', 'x-ms-meta-xyz', 'x-ms-meta-foo'],
        exposeHeaders: ['x-ms-meta-data*', 'x-ms-meta-source*', 'x-ms-meta-abc', 'x-ms-meta-bcd'],
        maxAgeSeconds: 500,
      },
    ],
  },
};

const DECLARATION = '\ufeff<?xml version="1.0" encoding="utf-8"?>';
const NEW_LOGGING =
  '<Logging><Version>1.0</Version><Read>false</Read><Write>false</Write><Delete>false</Delete><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></Logging>';
const NEW_METRICS =
  '<Version>1.0</Version><Enabled>true</Enabled><IncludeAPIs>true</IncludeAPIs><RetentionPolicy><Enabled>true</Enabled><Days>7</Days></RetentionPolicy>';
const NEW_MINUTES =
  '<MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></MinuteMetrics>';

describe('azureTablesPolicyApi.replies', () => {
  const { replies } = azureTablesPolicyApi;

  it('tells all properties, byte for byte as it was recorded', () => {
    const body = `${DECLARATION}<StorageServiceProperties>${NEW_LOGGING}<HourMetrics>${NEW_METRICS}</HourMetrics>${NEW_MINUTES}<Cors><CorsRule><AllowedMethods>GET,PUT</AllowedMethods><AllowedOrigins>www.xyz.com,www.ab.com,www.bc.com</AllowedOrigins><AllowedHeaders>x-ms-meta-xyz,x-ms-meta-foo,x-ms-meta-data*,x-ms-meta-target*</AllowedHeaders><ExposedHeaders>x-ms-meta-abc,x-ms-meta-bcd,x-ms-meta-data*,x-ms-meta-source*</ExposedHeaders><MaxAgeInSeconds>500</MaxAgeInSeconds></CorsRule></Cors></StorageServiceProperties>`;
    expect(replies.read(exchangeOf(), STATE)).toEqual({
      status: 200,
      headers: [
        ['Content-Type', 'application/xml'],
        ['Content-Length', String(Buffer.byteLength(body))],
      ],
      body,
    });
  });

  it('tells those of a new account', () => {
    expect(replies.read(exchangeOf(), undefined).body).toBe(
      `${DECLARATION}<StorageServiceProperties>${NEW_LOGGING}<HourMetrics>${NEW_METRICS}</HourMetrics>${NEW_MINUTES}<Cors /></StorageServiceProperties>`,
    );
  });

  it('tells sections that were set, and of a rule its empty lists', () => {
    const policy = {
      rules: [
        {
          allowedOrigins: ['*'],
          allowedMethods: ['GET'],
          allowedHeaders: [],
          exposeHeaders: [],
          maxAgeSeconds: 0,
        },
      ],
    };
    const settings = { logging: LOGGING, minuteMetrics: METRICS };
    const body = String(replies.read(exchangeOf(), { policy, settings }).body);
    expect(body).toContain('<Logging><Version>1.0</Version><Read>false</Read><Write>true</Write>');
    expect(body).toContain(
      `<HourMetrics>${NEW_METRICS}</HourMetrics><MinuteMetrics>${NEW_METRICS}</MinuteMetrics>`,
    );
    expect(body).toContain('<AllowedHeaders /><ExposedHeaders /><MaxAgeInSeconds>0</MaxAgeInSeconds>');
  });

  it.each([
    { name: 'a text', section: 'on' },
    { name: 'null', section: null },
    { name: 'without a retention policy', section: { ...LOGGING, retentionPolicy: undefined } },
    { name: 'of another version', section: { ...LOGGING, version: '2.0' } },
    { name: 'with a flag that is a text', section: { ...LOGGING, enabled: 'yes', read: 'yes' } },
    {
      name: 'with days that are none',
      section: { ...LOGGING, ...METRICS, retentionPolicy: { enabled: true, days: '7' } },
    },
  ])('tells a section that is $name in the store as that of a new account', ({ section }) => {
    const settings = { logging: section, hourMetrics: section, minuteMetrics: section };
    const untouched = replies.read(exchangeOf(), { policy: { rules: [] } });
    expect(replies.read(exchangeOf(), { policy: { rules: [] }, settings })).toEqual(untouched);
  });

  it('tells versions before 2013-08-15 what they know', () => {
    expect(replies.read(exchangeOf({ version: '2012-02-12' }), STATE).body).toBe(
      `${DECLARATION}<StorageServiceProperties>${NEW_LOGGING}<Metrics>${NEW_METRICS}</Metrics></StorageServiceProperties>`,
    );
  });

  it('accepts what was set without content', () => {
    expect(replies.stored(exchangeOf())).toEqual({ status: 202, headers: [['Content-Length', '0']] });
  });
});
