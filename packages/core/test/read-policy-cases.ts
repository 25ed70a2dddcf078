import type { Finding } from './validate-cases.ts';

export interface UnreadableCase {
  readonly name: string;
  readonly value: unknown;
  readonly findings: readonly Finding[];
}

/** What is no policy. Together the cases produce every code that `readPolicy` has. */
export const unreadableCases: readonly UnreadableCase[] = [
  { name: 'null', value: null, findings: [['field-type', []]] },
  { name: 'a text', value: 'rules', findings: [['field-type', []]] },
  { name: 'a list', value: [], findings: [['field-type', []]] },
  { name: 'an empty object', value: {}, findings: [['field-missing', ['rules']]] },
  { name: 'rules that are no list', value: { rules: {} }, findings: [['field-type', ['rules']]] },
  { name: 'rules that are null', value: { rules: null }, findings: [['field-type', ['rules']]] },
  { name: 'a rule that is no object', value: { rules: ['*'] }, findings: [['field-type', ['rules', 0]]] },
  { name: 'a vary that is a text', value: { rules: [], vary: 'true' }, findings: [['field-type', ['vary']]] },
  {
    name: 'unknown fields',
    value: { rules: [{ origins: ['*'] }], rule: 1 },
    findings: [
      ['field-unknown', ['rule']],
      ['field-unknown', ['rules', 0, 'origins']],
    ],
  },
  {
    name: 'names that every object inherits',
    value: JSON.parse('{"rules":[],"__proto__":{"vary":true},"constructor":1}'),
    findings: [
      ['field-unknown', ['__proto__']],
      ['field-unknown', ['constructor']],
    ],
  },
  {
    name: 'fields of the wrong type',
    value: {
      rules: [
        {
          id: 1,
          allowedOrigins: '*',
          allowedMethods: ['GET', 1, null],
          allowedHeaders: null,
          exposeHeaders: [['ETag']],
          maxAgeSeconds: '600',
        },
      ],
    },
    findings: [
      ['field-type', ['rules', 0, 'id']],
      ['field-type', ['rules', 0, 'maxAgeSeconds']],
      ['field-type', ['rules', 0, 'allowedOrigins']],
      ['field-type', ['rules', 0, 'allowedMethods', 1]],
      ['field-type', ['rules', 0, 'allowedMethods', 2]],
      ['field-type', ['rules', 0, 'allowedHeaders']],
      ['field-type', ['rules', 0, 'exposeHeaders', 0]],
    ],
  },
];
