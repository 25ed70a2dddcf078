import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCertificate, missingOpenssl } from '../../../test/support/certificates.ts';
import { describeWith } from '../../../test/support/required.ts';
import { measureExpiry } from '../src/certificate-expiry.ts';
import { formatMetrics, newMetrics } from '../src/metrics.ts';
import type { DialectConfig, TlsKeys } from '../src/serve-config.ts';

describeWith(missingOpenssl)(measureExpiry.name, () => {
  let directory: string;
  let short: TlsKeys;
  let long: TlsKeys;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-expiry-'));
    short = makeCertificate(directory, 'short').pem;
    long = makeCertificate(directory, 'long', { days: 9 }).pem;
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const showing = (tls: TlsKeys): DialectConfig => ({
    host: '127.0.0.1',
    port: 0,
    tls,
    credentials: [],
    tenantUpstreams: {},
  });
  const secondsOf = ({ certificate }: TlsKeys): number =>
    Date.parse(new X509Certificate(certificate).validTo) / 1000;

  it('tells the first one, of whatever is in force', () => {
    const metrics = newMetrics();
    const told = (): string | undefined =>
      /^crossgate_tls_certificate_expiry_timestamp_seconds (\S+)$/m.exec(
        formatMetrics([metrics.snapshot()]),
      )?.[1];
    const expiry = measureExpiry(metrics, { tls: long, dialects: { cos: showing(short) } });
    expect(told()).toBe(String(secondsOf(short)));
    expiry.replace({ tls: long, dialects: { cos: showing(long) } });
    expect(told()).toBe(String(secondsOf(long)));
    expiry.replace({ dialects: {} });
    expect(told()).toBeUndefined();
  });
});
