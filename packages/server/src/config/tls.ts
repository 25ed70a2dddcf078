import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { TlsKeys } from '../serve-config.ts';
import { type Draft, resolveInFile } from './draft.ts';
import type { ConfigPath } from './mistake.ts';
import { readFile } from './read-file.ts';
import type { TlsSection } from './tls-section.ts';

/** A chain of many certificates has less. */
const LIMIT_BYTES = 256 * 1024;

/** What listeners show, when both files are there and go together; undefined when that has been refused. */
export function readTls(draft: Draft, section: TlsSection, path: ConfigPath): TlsKeys | undefined {
  const ofCertificate = [...path, 'certificate'];
  const ofKey = [...path, 'privateKey'];
  const certificate = readPem(draft, section.certificate, ofCertificate);
  const privateKey = readPem(draft, section.privateKey, ofKey);
  const first = certificate && readCertificate(draft, certificate, ofCertificate);
  const key = privateKey && readKey(draft, privateKey, ofKey);
  if (!first || !key) return undefined;
  if (!first.checkPrivateKey(key)) {
    draft.refuse(`${privateKey.name} is not the key of the certificate; they must go together`, {
      at: ofKey,
    });
    return undefined;
  }
  const keys = { certificate: certificate.text, privateKey: privateKey.text };
  try {
    createSecureContext({ cert: keys.certificate, key: keys.privateKey });
  } catch {
    draft.refuse(`${certificate.name} cannot be used; check every certificate in it`, { at: ofCertificate });
    return undefined;
  }
  return keys;
}

interface Pem {
  readonly name: string;
  readonly text: string;
}

function readPem(draft: Draft, file: string, at: ConfigPath): Pem | undefined {
  const name = resolveInFile(draft, file);
  const read = readFile(name, { limitBytes: LIMIT_BYTES, pipes: 'refused' });
  if (read.kind === 'unreadable') draft.refuse(`${name} cannot be read; ${read.reason}`, { at });
  else if (read.bytes.length > LIMIT_BYTES)
    draft.refuse(`${name} has more than ${LIMIT_BYTES} bytes`, { at });
  else return { name, text: Buffer.from(read.bytes).toString('latin1') };
  return undefined;
}

function readCertificate(draft: Draft, { name, text }: Pem, at: ConfigPath): X509Certificate | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(text);
  } catch {
    draft.refuse(`${name} has no certificate in PEM; it begins with -----BEGIN CERTIFICATE-----`, { at });
    return undefined;
  }
  const { validFrom, validTo } = certificate;
  if (Date.parse(validTo) < Date.now()) {
    draft.warn(`${name} has expired (${validTo}), and clients will refuse it; have it renewed`, { at });
  } else if (Date.parse(validFrom) > Date.now()) {
    draft.warn(`${name} is not valid before ${validFrom}; clients will refuse it until then`, { at });
  }
  return certificate;
}

function readKey(draft: Draft, { name, text }: Pem, at: ConfigPath): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    const message = /ENCRYPTED/.test(text)
      ? 'is encrypted; save it without a passphrase, readable for the server alone'
      : 'has no private key in PEM; it begins with -----BEGIN PRIVATE KEY-----';
    draft.refuse(`${name} ${message}`, { at });
    return undefined;
  }
}
