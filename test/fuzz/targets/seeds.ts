import { readdirSync, readFileSync } from 'node:fs';

const GOLDEN = new URL('../../golden/', import.meta.url);
const SEPARATOR = '\n----------\n';

/** The documents of the golden files of a service, one character a byte. */
export function goldenDocuments(dialect: string): readonly string[] {
  return goldenParts(dialect).map(([document = '']) => document);
}

/** The policies of the golden files of a service, in the neutral form. */
export function goldenPolicies(dialect: string): readonly string[] {
  return goldenParts(dialect)
    .filter(parts => parts.length === 3)
    .map(([, policy = '']) => policy);
}

function goldenParts(dialect: string): readonly (readonly string[])[] {
  const folder = new URL(`${dialect}/`, GOLDEN);
  return readdirSync(folder)
    .sort()
    .map(name => readFileSync(new URL(name, folder), 'latin1').slice(0, -1).split(SEPARATOR));
}

/** What stands between the parts of an input that has several. */
export const DIVIDER = '\n---\n';

/** The parts of an input, as UTF-8. */
export function partsOf(input: Uint8Array): readonly string[] {
  return Buffer.from(input).toString('utf8').split(DIVIDER);
}

/** Of policies and requests. */
export const CORS_WORDS: readonly string[] = [
  '*',
  'null',
  'https://*.example.com',
  'http://a.example:8080',
  'https://app.example',
  'https://*',
  'a*a',
  'x-*',
  'GET',
  'PUT',
  'POST',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'MERGE',
  'content-type',
  'Content-MD5',
  'authorization',
  'x-a, x-b',
  'ETag',
  ',',
  ', ,',
  'https://[::1]:8080',
  'https://xn--bcher-kva.example',
  'chrome-extension://abcdef',
];
