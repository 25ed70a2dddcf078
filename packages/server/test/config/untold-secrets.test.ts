import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readServeConfig } from '../../src/config/read-serve-config.ts';

const SECRET = 'Pa55w0rd';

/** What is told about a file that has this behind `secret:`. */
function toldOf(value: string): string {
  const text = `dialects:\n  cos:\n    credentials:\n      - id: a\n        secret: ${value}\n`;
  const read = readServeConfig({}, {}, { name: 'c.yaml', text });
  return read.kind === 'problem' ? read.message : '';
}

describe('a secret that is not quoted', () => {
  it.each([
    { value: '!Pa55w0rd', says: 'tags are not taken; quote a value that begins with !' },
    { value: '!!Pa55w0rd', says: 'tags are not taken; quote a value that begins with !' },
    { value: '!<Pa55w0rd', says: 'tags are not taken; quote a value that begins with !' },
    { value: '!!binary Pa55w0rd', says: 'tags are not taken; quote a value that begins with !' },
    { value: '|Pa55w0rd', says: 'quote a value that begins with | or >' },
    { value: '>Pa55w0rd', says: 'quote a value that begins with | or >' },
    { value: '*Pa55w0rd', says: 'quote a value that begins with *' },
    { value: '@Pa55w0rd', says: 'quote a value that begins with @' },
    { value: '"\\dPa55w0rd"', says: 'there is no such escape' },
    { value: '"Pa55w0rd', says: 'a closing quote' },
    { value: '{Pa55w0rd}', says: 'secret["?"]: there is no such key; known: env, file' },
    { value: '{"a":Pa55w0rd, Pa55w0rd: *Pa55w0rd}', says: 'secret["?"]: aliases are not taken' },
    { value: '{Pa55w0rd: 1, Pa55w0rd: 2}', says: 'secret["?"]: stands in line 5 too' },
    { value: '{env: [{Pa55w0rd: *a}]}', says: 'secret.env[0]["?"]: aliases are not taken' },
    { value: 'x\nPa55w0rd: 1', says: ':6:1: ["?"]: there is no such key; known: host,' },
  ])('is not told again, but what to do: $value', ({ value, says }) => {
    expect(toldOf(value)).toContain(says);
    expect(toldOf(value)).not.toContain(SECRET);
  });

  it.each([
    { name: 'a directive', text: '%Pa55w0rd\n---\n{}', says: '1:1: ' },
    { name: 'a version', text: '%YAML Pa55w0rd\n---\n{}', says: '1:7: ' },
    {
      name: 'the name of a bucket',
      text: 'dialects: { cos: { tenants: { Pa55w0rd: { upstream: x } } } }',
      says: 'dialects.cos.tenants["?"]: Tencent COS can have no bucket of this name; correct it',
    },
  ])('is not told again in place of $name', ({ text, says }) => {
    const read = readServeConfig({}, {}, { name: 'c.yaml', text });
    const told = read.kind === 'problem' ? read.message : '';
    expect(told).toContain(says);
    expect(told).not.toContain(SECRET);
  });

  it('is not told again, whatever stands around it', () => {
    const pieces = fc.constantFrom(
      ...'[]{}:,-?|>&*!%@#\'"~\\ \t\n',
      ...['x', ': ', '- ', '? ', '\n  ', '\n        ', '\n---\n', '!!', '!<', '&a ', '*a ', 'token: '],
      ...['%TAG ', 'tenants: ', '\\', '\\x', SECRET],
    );
    const around = fc.array(pieces, { maxLength: 4 }).map(some => some.join(''));
    fc.assert(
      fc.property(around, around, (before, after) => {
        expect(toldOf(`${before}${SECRET}${after}`)).not.toContain(SECRET);
      }),
      { numRuns: 500 },
    );
  });
});
