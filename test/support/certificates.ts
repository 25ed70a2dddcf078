/** Certificates that openssl makes, good for this machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why there can be none; undefined when there can. */
export const missingOpenssl: string | undefined =
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'there is no openssl';

export interface CertificateFiles {
  /** The path of the PEM file. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly pem: { readonly certificate: string; readonly privateKey: string };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}

/** Makes one that signs itself, in files `NAME.pem` and `NAME-key.pem`. */
export function makeCertificate(
  directory: string,
  name = 'certificate',
  { days = 2 } = {},
): CertificateFiles {
  const certificate = join(directory, `${name}.pem`);
  const privateKey = join(directory, `${name}-key.pem`);
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'];
  const files = ['-keyout', privateKey, '-out', certificate];
  openssl('req', '-x509', ...NEW_KEY, '-days', String(days), ...names, ...files);
  const pem = {
    certificate: readFileSync(certificate, 'utf8'),
    privateKey: readFileSync(privateKey, 'utf8'),
  };
  return { certificate, privateKey, pem };
}

/** What a certificate is good for (RFC 5280, section 4.2.1.12). */
export type CertificateUse = 'serverAuth' | 'clientAuth';

export interface Authority {
  readonly certificate: string;
  /** A certificate of somebody on loopback. The subject is as openssl takes it: `/CN=…`. */
  readonly issue: (
    subject: string,
    uses: readonly CertificateUse[],
  ) => Pick<CertificateFiles, 'certificate' | 'privateKey'>;
}

/** One that vouches for others. The directory is made. */
export function newAuthority(directory: string): Authority {
  mkdirSync(directory, { recursive: true });
  const certificate = join(directory, 'authority.pem');
  const key = join(directory, 'authority-key.pem');
  const files = ['-keyout', key, '-out', certificate];
  openssl('req', '-x509', ...NEW_KEY, '-days', '2', '-subj', '/CN=authority', ...files);
  let issued = 0;
  return {
    certificate,
    issue(subject, uses) {
      issued += 1;
      const name = `issued-${issued}`;
      const own = {
        certificate: join(directory, `${name}.pem`),
        privateKey: join(directory, `${name}-key.pem`),
      };
      const request = join(directory, `${name}.request`);
      const extensions = join(directory, `${name}.extensions`);
      openssl('req', '-new', ...NEW_KEY, '-keyout', own.privateKey, '-out', request, '-subj', subject);
      writeFileSync(extensions, `subjectAltName=IP:127.0.0.1\nextendedKeyUsage=${uses.join(',')}\n`);
      const by = ['-CA', certificate, '-CAkey', key, '-CAcreateserial', '-extfile', extensions];
      openssl('x509', '-req', '-in', request, ...by, '-days', '2', '-out', own.certificate);
      return own;
    },
  };
}
