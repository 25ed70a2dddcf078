import { type Rule, validate } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { boomiProfile } from '../../src/boomi/profile.ts';
import { rule } from '../decide-cases.ts';

function codesOf(...rules: readonly Rule[]): readonly string[] {
  return validate({ rules }, boomiProfile).map(({ code }) => code);
}

describe('validate by boomiProfile', () => {
  it.each([
    'https://mydomain.com:8081',
    'https://MyDomain.com',
    'HTTP://localhost',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'https://*.mydomain.com',
    'https://*.mydomain.com:8443',
    'https://app-*.mydomain.com',
    'https://mydomain.*',
    'https://xn--bcher-kva.example',
  ])('takes the origin %s', origin => {
    expect(codesOf(rule(origin, 'GET'))).toEqual([]);
  });

  it.each([
    { origin: '*', code: 'origin-any' },
    { origin: 'https://*', code: 'origin-wildcard-place' },
    { origin: 'https://*.', code: 'origin-wildcard-place' },
    { origin: 'https://*:8080', code: 'origin-wildcard-place' },
    { origin: 'https://*.*.com', code: 'origin-wildcards' },
    { origin: '*.mydomain.com', code: 'origin-not-url' },
    { origin: 'mydomain.com', code: 'origin-not-url' },
    { origin: 'https:BadAddress', code: 'origin-not-url' },
    { origin: '*://mydomain.com', code: 'origin-not-url' },
    { origin: 'https://mydomain.com:*', code: 'origin-not-url' },
    { origin: 'https://mydomain.com:65536', code: 'origin-not-url' },
    { origin: 'https://mydomain.com/', code: 'origin-not-url' },
    { origin: 'https://user@mydomain.com', code: 'origin-not-url' },
    { origin: 'ftp://mydomain.com', code: 'origin-not-url' },
    { origin: 'null', code: 'origin-not-url' },
    { origin: 'https://bücher.example', code: 'origin-character' },
  ])('does not take the origin $origin: $code', ({ origin, code }) => {
    expect(codesOf(rule(origin, 'GET'))).toEqual([code]);
  });

  it('takes no rules, many rules, and rules of several origins', () => {
    expect(codesOf()).toEqual([]);
    const one = rule('https://a.com http://b.com', 'GET POST DELETE');
    expect(codesOf(...Array.from({ length: 500 }, () => one))).toEqual([]);
  });

  it.each(['PUT', 'PATCH', 'HEAD', 'OPTIONS', 'get', '*'])('does not take the method %s', method => {
    expect(codesOf(rule('https://a.com', method))).toEqual(['method-unknown']);
  });

  it('does not take a rule without methods, or without origins', () => {
    expect(codesOf(rule('https://a.com', 'GET', { allowedMethods: [] }))).toEqual(['methods-missing']);
    expect(codesOf(rule('https://a.com', 'GET', { allowedOrigins: [] }))).toEqual(['origins-missing']);
  });

  it.each<Partial<Rule>>([
    { id: 'r1' },
    { allowedHeaders: ['x-a'] },
    { exposeHeaders: ['x-a'] },
    { maxAgeSeconds: 60 },
  ])('does not take what the page for rules has no field for: %j', parts => {
    expect(codesOf(rule('https://a.com', 'GET', parts))).toEqual(['field-not-supported']);
  });

  it('does not take a Vary of its own', () => {
    const findings = validate({ rules: [], vary: true }, boomiProfile);
    expect(findings.map(({ code }) => code)).toEqual(['field-not-supported']);
  });
});
