import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readServeConfig, type ServeConfigResult } from '../../src/config/read-serve-config.ts';

describe('a secret in a file', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-secrets-'));
    mkdirSync(join(directory, 'secrets'));
    symlinkSync(join(directory, 'plain'), join(directory, 'secrets', 'link'));
    writeFileSync(join(directory, 'long'), 'x'.repeat(65_537));
    writeFileSync(join(directory, 'binary'), Buffer.from([0x61, 0xff]));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function read(file: string): ServeConfigResult {
    const text = `dialects:\n  cos:\n    credentials:\n      - { id: a, secret: { file: ${file} } }\n`;
    return readServeConfig({}, {}, { name: join(directory, 'c.yaml'), text });
  }

  it.each([
    { name: 'plain', content: 's3cret', secret: 's3cret' },
    { name: 'lf', content: 's3cret\n', secret: 's3cret' },
    { name: 'crlf', content: 's3cret\r\n', secret: 's3cret' },
    { name: 'blanks', content: ' s3 cret ', secret: ' s3 cret ' },
    { name: 'secrets/link', content: undefined, secret: 's3cret' },
  ])('is all of it but one line break: $name', ({ name, content, secret }) => {
    if (content !== undefined) writeFileSync(join(directory, name), content);
    const result = read(name);
    expect(result.kind === 'config' && result.config.dialects['cos']?.credentials).toEqual([
      { id: 'a', secret },
    ]);
  });

  it.each([
    { name: 'no', says: 'no cannot be read; there is no such file' },
    { name: 'secrets', says: 'secrets cannot be read; it is a directory' },
    { name: '/dev/null', says: '/dev/null cannot be read; it is no file' },
    { name: 'empty', content: '', says: 'empty is empty; it must have the secret' },
    { name: 'line', content: '\n', says: 'line is empty; it must have the secret' },
    { name: 'long', says: 'long has more than 65536 bytes; it must have the secret and nothing else' },
    { name: 'binary', says: 'binary is not UTF-8; save it as such' },
  ])('is refused where it stands: $says', ({ name, content, says }) => {
    if (content !== undefined) writeFileSync(join(directory, name), content);
    const result = read(name);
    const path = name.startsWith('/') ? '' : `${directory}/`;
    expect(result).toEqual({
      kind: 'problem',
      message: `${directory}/c.yaml:4:34: dialects.cos.credentials[0].secret.file: ${path}${says}`,
    });
  });

  it('has one line break only taken off, and another one refused', () => {
    writeFileSync(join(directory, 'lines'), 's3cret\n\n');
    const result = read('lines');
    expect(result.kind === 'problem' && result.message).toContain('must not have control characters');
  });

  it('is refused beside an environment variable', () => {
    const text = 'etcd: { user: { name: a, password: { env: A, file: b } } }';
    const result = readServeConfig({}, {}, { name: 'c.yaml', text });
    expect(result).toEqual({
      kind: 'problem',
      message: 'c.yaml:1:36: etcd.user.password: must have either env: or file:',
    });
  });

  it('can be the password of etcd', () => {
    writeFileSync(join(directory, 'password'), 'p4ss\n');
    const text = 'etcd: { user: { name: a, password: { file: password } } }';
    const flags = { store: 'etcd=http://a' };
    const result = readServeConfig(flags, {}, { name: join(directory, 'c.yaml'), text });
    expect(result.kind === 'config' && result.config.store).toMatchObject({
      user: { name: 'a', password: 'p4ss' },
    });
  });
});
