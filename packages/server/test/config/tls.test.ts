import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  type CertificateFiles,
  makeCertificate,
  missingOpenssl,
} from '../../../../test/support/certificates.ts';
import { describeWith } from '../../../../test/support/required.ts';
import { readServeConfig, type ServeConfigResult } from '../../src/config/read-serve-config.ts';

describeWith(missingOpenssl)('tls in a configuration file', () => {
  let directory: string;
  let files: CertificateFiles;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-tls-'));
    files = makeCertificate(directory);
    makeCertificate(directory, 'other');
    writeFileSync(join(directory, 'empty.pem'), '');
    writeFileSync(join(directory, 'long.pem'), ' '.repeat(300_000));
    writeFileSync(join(directory, 'half.pem'), `${files.pem.certificate}-----BEGIN CERTIFICATE-----\nAAAA\n`);
    const encrypt = ['pkcs8', '-topk8', '-in', files.privateKey, '-passout', 'pass:x', '-out'];
    execFileSync('openssl', [...encrypt, join(directory, 'encrypted.pem')]);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function read(text: string): ServeConfigResult {
    return readServeConfig({}, {}, { name: join(directory, 'c.yaml'), text });
  }

  const tls = (certificate: string, privateKey: string): string =>
    `tls: { certificate: ${certificate}, privateKey: ${privateKey} }`;

  it('is for all listeners, and one can have its own', () => {
    const text = `${tls('certificate.pem', 'certificate-key.pem')}\ndialects:\n  boomi:\n    ${tls('other.pem', 'other-key.pem')}\n`;
    const result = read(text);
    if (result.kind === 'problem') throw new Error(result.message);
    const { config, warnings } = result;
    expect(warnings).toEqual([]);
    expect([config.tls, config.dialects['cos']?.tls]).toEqual([files.pem, files.pem]);
    expect(config.dialects['boomi']?.tls?.certificate).not.toBe(files.pem.certificate);
  });

  it.each([
    { days: 3, says: 'certificate.pem has expired (' },
    { days: -1, says: 'certificate.pem is not valid before ' },
  ])('has a doubtful certificate told, and is taken: $says', ({ days, says }) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
    const result = read(tls('certificate.pem', 'certificate-key.pem'));
    vi.useRealTimers();
    if (result.kind === 'problem') throw new Error(result.message);
    expect(result.warnings).toHaveLength(1);
    expect(result.warnings[0]).toContain(`c.yaml:1:21: tls.certificate: ${directory}/${says}`);
  });

  it.each([
    {
      certificate: 'no.pem',
      at: '1:21: tls.certificate',
      says: 'no.pem cannot be read; there is no such file',
    },
    { certificate: '.', at: '1:21: tls.certificate', says: ' cannot be read; it is a directory' },
    {
      certificate: '/dev/null',
      at: '1:21: tls.certificate',
      says: '/dev/null cannot be read; it is no file',
    },
    { certificate: 'empty.pem', at: '1:21: tls.certificate', says: 'empty.pem has no certificate in PEM; ' },
    { certificate: 'long.pem', at: '1:21: tls.certificate', says: 'long.pem has more than 262144 bytes' },
    { certificate: 'half.pem', at: '1:21: tls.certificate', says: 'half.pem cannot be used; ' },
    {
      privateKey: 'no.pem',
      at: '1:50: tls.privateKey',
      says: 'no.pem cannot be read; there is no such file',
    },
    { privateKey: 'certificate.pem', at: '1:50: tls.privateKey', says: 'has no private key in PEM; ' },
    { privateKey: 'encrypted.pem', at: '1:50: tls.privateKey', says: 'encrypted.pem is encrypted; ' },
    {
      privateKey: 'other-key.pem',
      at: '1:50: tls.privateKey',
      says: 'other-key.pem is not the key of the certificate; ',
    },
  ])(
    'is refused: $says',
    ({ certificate = 'certificate.pem', privateKey = 'certificate-key.pem', at, says }) => {
      const result = read(tls(certificate, privateKey));
      const [line = '', ...others] = result.kind === 'problem' ? result.message.split('\n') : [];
      expect(others).toEqual([]);
      expect(line.replace(/:1:\d+: tls\.p/, ':1:50: tls.p')).toContain(`c.yaml:${at}: `);
      expect(line).toContain(says);
    },
  );
});
