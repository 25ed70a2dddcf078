import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readServeConfig } from '../../src/config/read-serve-config.ts';

/** What YAML and a configuration are made of, so that much of it goes deep. */
const PIECES = [
  ...'[]{}:,-?|>&*!%@#\'"~\\ \t\n\r\ufeff\u2028\0',
  ': ',
  '- ',
  '\n  ',
  '\n    ',
  '---\n',
  '...\n',
  '<<: ',
  '__proto__: ',
  'toString: ',
  '&a ',
  '*a',
  '!!str ',
  '!!binary ',
  '0x1f',
  '.inf',
  'null',
  'true',
  'host: ',
  'portBase: ',
  'limits:',
  'idleSeconds: 1',
  'dialects:',
  'cos:',
  'qingstor: ',
  'credentials:',
  'upstream: ',
  'url: http://a',
  'headersTimeoutSeconds: ',
  'tenants:',
  'one-1250000000: ',
  'secret: ',
  'env: A',
  'id: ',
];

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map(pieces => pieces.join('')),
  // What is right but for the values.
  fc.jsonValue({ maxDepth: 4 }).map(value => `dialects: { cos: ${JSON.stringify(value)} }`),
);

describe('any text at all', () => {
  it('is a configuration, or has mistakes at places that it has', () => {
    fc.assert(
      fc.property(anyText, text => {
        const read = readServeConfig({}, {}, { name: 'c.yaml', text });
        if (read.kind === 'config') return;
        const lengths = text.split(/\r\n|\n/).map(line => line.length);
        for (const mistake of read.message.split('\n')) {
          const [, line, column] = /^c\.yaml:(\d+):(\d+): ./.exec(mistake) ?? [];
          expect(Number(line), mistake).toBeGreaterThanOrEqual(1);
          expect(Number(column), mistake).toBeGreaterThanOrEqual(1);
          // A line break is of the line that it ends; the end of the text is a place.
          expect(Number(column), mistake).toBeLessThanOrEqual((lengths[Number(line) - 1] ?? -1) + 2);
        }
      }),
      { numRuns: 400 },
    );
  });
});
