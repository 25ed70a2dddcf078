import { describe, expect, it } from 'vitest';
import type { PreflightCause } from '../src/browser/plan-fetch.ts';
import { diagnostic } from '../src/diagnostic.ts';
import type { PolicyEdit } from '../src/edit.ts';
import {
  formatCause,
  formatEdit,
  formatObstacle,
  NEAR_MISS_TEXTS,
  REFUSAL_TEXTS,
  RULE_OUTCOME_TEXTS,
} from '../src/explanation-text.ts';
import type { Obstacle } from '../src/obstacle.ts';

const TABLES = { REFUSAL_TEXTS, RULE_OUTCOME_TEXTS, NEAR_MISS_TEXTS };

describe.each(Object.entries(TABLES))('%s', (_, table) => {
  it.each(Object.entries(table))(
    'words %s as one line in lower case without a final period',
    (_key, text) => {
      expect(text).toMatch(/^[a-z`].*[^.\s]$/);
    },
  );
});

describe(formatCause, () => {
  it.each([
    { cause: { kind: 'method', method: 'PUT' }, text: 'the method PUT' },
    { cause: { kind: 'header', name: 'X-Id', value: '1', reason: 'name' }, text: 'the header x-id' },
    {
      cause: { kind: 'header', name: 'Content-Type', value: 'a/b', reason: 'media-type' },
      text: 'the header content-type (its value is not that of a form or of plain text)',
    },
    {
      cause: { kind: 'header', name: 'Content-Type', value: '', reason: 'media-type' },
      text: 'the header content-type',
    },
  ] satisfies readonly { cause: PreflightCause; text: string }[])('of $cause is $text', ({ cause, text }) => {
    expect(formatCause(cause)).toBe(text);
  });
});

describe(formatEdit, () => {
  const rule = { allowedOrigins: [], allowedMethods: [], allowedHeaders: [], exposeHeaders: [] };
  it.each([
    {
      edit: { kind: 'add-origin', path: ['rules', 1, 'allowedOrigins'], value: 'https://a.com' },
      text: 'add the allowed origin `https://a.com` to rules[1]',
    },
    {
      edit: { kind: 'add-method', path: ['rules', 0, 'allowedMethods'], value: 'PUT' },
      text: 'add the allowed method `PUT` to rules[0]',
    },
    {
      edit: { kind: 'add-header', path: ['rules', 0, 'allowedHeaders'], value: 'x'.repeat(500) },
      text: `add the allowed header \`${'x'.repeat(120)}…\` to rules[0]`,
    },
    { edit: { kind: 'add-rule', path: ['rules', 1], value: rule }, text: 'add a rule before rules[1]' },
    { edit: { kind: 'add-rule', path: ['rules', 2], value: rule }, text: 'add a rule after all others' },
  ] satisfies readonly { edit: PolicyEdit; text: string }[])('says: $text', ({ edit, text }) => {
    expect(formatEdit(edit, 2)).toBe(text);
  });
});

describe(formatObstacle, () => {
  it.each([
    { obstacle: { kind: 'not-sent', what: 'origin' }, text: 'the request has no `Origin`' },
    {
      obstacle: { kind: 'not-sent', what: 'method' },
      text: 'the request has no `Access-Control-Request-Method`',
    },
    {
      obstacle: { kind: 'read-as-wildcard', path: ['rules', 0, 'allowedOrigins'], value: 'a*' },
      text: 'in rules[0].allowedOrigins `a*` would stand for more than itself',
    },
    {
      obstacle: {
        kind: 'not-taken',
        diagnostic: diagnostic('rules-too-many', ['rules'], { count: 6, limit: 5 }),
      },
      text: 'the service would not take it: rules: there are 6 rules, the service takes 5; merge rules that share methods and headers',
    },
  ] satisfies readonly { obstacle: Obstacle; text: string }[])('says: $text', ({ obstacle, text }) => {
    expect(formatObstacle(obstacle)).toBe(text);
  });
});
