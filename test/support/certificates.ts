/** Certificates that openssl makes, good for this machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

/** Makes one that signs itself, in files `NAME.pem` and `NAME-key.pem`. It lasts for two days. */
export function makeCertificate(directory: string, name = 'certificate'): CertificateFiles {
  const certificate = join(directory, `${name}.pem`);
  const privateKey = join(directory, `${name}-key.pem`);
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'];
  const files = ['-keyout', privateKey, '-out', certificate];
  execFileSync('openssl', [...kind, '-days', '2', ...names, ...files], { stdio: 'ignore' });
  const pem = {
    certificate: readFileSync(certificate, 'utf8'),
    privateKey: readFileSync(privateKey, 'utf8'),
  };
  return { certificate, privateKey, pem };
}
