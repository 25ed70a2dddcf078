import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findExecutable } from './find-executable.ts';

const OPENSSL = findExecutable('openssl');

/** For `describeWith`. */
export const OPENSSL_MISSING: string | undefined = OPENSSL
  ? undefined
  : 'openssl is not installed (apt-get install openssl)';

/** PEM files. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** What a certificate is good for (RFC 5280, section 4.2.1.12). */
export type CertificateUse = 'serverAuth' | 'clientAuth';

export interface Authority {
  readonly certificateFile: string;
  /** A certificate of somebody on loopback. The subject is as openssl takes it: `/CN=…`. */
  readonly issue: (subject: string, uses: readonly CertificateUse[]) => Certificate;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(...args: readonly string[]): void {
  execFileSync(OPENSSL ?? '', args, { stdio: 'ignore' });
}

/** A certificate for loopback that vouches for itself. */
export function newCertificate(directory: string): Certificate {
  const certificateFile = join(directory, 'certificate.pem');
  const keyFile = join(directory, 'key.pem');
  openssl(
    ...['req', '-x509', ...NEW_KEY, '-keyout', keyFile, '-out', certificateFile],
    ...['-days', '1', '-subj', '/CN=etcd', '-addext', 'subjectAltName=IP:127.0.0.1'],
  );
  return { certificateFile, keyFile };
}

/** One that vouches for others. The directory is made. */
export function newAuthority(directory: string): Authority {
  mkdirSync(directory, { recursive: true });
  const certificateFile = join(directory, 'authority.pem');
  const keyFile = join(directory, 'authority-key.pem');
  openssl(
    ...['req', '-x509', ...NEW_KEY, '-keyout', keyFile, '-out', certificateFile],
    ...['-days', '1', '-subj', '/CN=authority'],
  );
  let issued = 0;
  return {
    certificateFile,
    issue(subject, uses) {
      issued += 1;
      const name = `issued-${issued}`;
      const files = {
        certificateFile: join(directory, `${name}.pem`),
        keyFile: join(directory, `${name}-key.pem`),
      };
      const request = join(directory, `${name}.request`);
      const extensions = join(directory, `${name}.extensions`);
      openssl('req', '-new', ...NEW_KEY, '-keyout', files.keyFile, '-out', request, '-subj', subject);
      writeFileSync(extensions, `subjectAltName=IP:127.0.0.1\nextendedKeyUsage=${uses.join(',')}\n`);
      openssl(
        ...['x509', '-req', '-in', request, '-CA', certificateFile, '-CAkey', keyFile, '-CAcreateserial'],
        ...['-days', '1', '-extfile', extensions, '-out', files.certificateFile],
      );
      return files;
    },
  };
}
