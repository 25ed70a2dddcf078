/** What a service's own users call the parts of a rule, and how its own page shows rules. */
export interface ServiceWords {
  /** `rows`: an origin and boxes to a row, as a table. `cards`: a form to a rule. */
  readonly layout: 'rows' | 'cards';
  readonly addRule: string;
  /** The names in the service's documents; left out where it has none. */
  readonly names: Readonly<Partial<Record<RuleField | 'vary', string>>>;
  readonly originExample: string;
}

export type RuleField =
  | 'id'
  | 'allowedOrigins'
  | 'allowedMethods'
  | 'allowedHeaders'
  | 'exposeHeaders'
  | 'maxAgeSeconds';

const BY_SERVICE: Readonly<Record<string, ServiceWords>> = {
  cos: {
    layout: 'cards',
    addRule: 'Add rule',
    originExample: 'https://www.example.com or https://*.example.com',
    names: {
      id: 'ID',
      allowedOrigins: 'AllowedOrigin',
      allowedMethods: 'AllowedMethod',
      allowedHeaders: 'AllowedHeader',
      exposeHeaders: 'ExposeHeader',
      maxAgeSeconds: 'MaxAgeSeconds',
      vary: 'ResponseVary',
    },
  },
  qingstor: {
    layout: 'cards',
    addRule: 'Add rule',
    originExample: 'https://www.example.com or https://*.example.com',
    names: {
      allowedOrigins: 'allowed_origin',
      allowedMethods: 'allowed_methods',
      allowedHeaders: 'allowed_headers',
      exposeHeaders: 'expose_headers',
      maxAgeSeconds: 'max_age_seconds',
      vary: 'resp_vary',
    },
  },
  'azure-tables': {
    layout: 'cards',
    addRule: 'Add rule',
    originExample: 'https://www.contoso.com or https://*.contoso.com',
    names: {
      allowedOrigins: 'AllowedOrigins',
      allowedMethods: 'AllowedMethods',
      allowedHeaders: 'AllowedHeaders',
      exposeHeaders: 'ExposedHeaders',
      maxAgeSeconds: 'MaxAgeInSeconds',
    },
  },
  boomi: {
    layout: 'rows',
    addRule: 'Add Origin',
    originExample: 'https://www.example.com or https://*.example.com:8443',
    names: {},
  },
};

const OTHERS: ServiceWords = {
  layout: 'cards',
  addRule: 'Add rule',
  originExample: 'https://www.example.com',
  names: {},
};

export function wordsOf(dialect: string): ServiceWords {
  return Object.hasOwn(BY_SERVICE, dialect) ? (BY_SERVICE[dialect] ?? OTHERS) : OTHERS;
}
