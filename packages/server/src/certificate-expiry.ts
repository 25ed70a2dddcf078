import { X509Certificate } from 'node:crypto';
import type { Metrics } from './metrics.ts';
import type { ServeConfig } from './serve-config.ts';

type Certificates = Pick<ServeConfig, 'tls' | 'dialects'>;

/** Lets a server tell when the first of its certificates expires, those of the configuration that is in force. */
export function measureExpiry(
  metrics: Metrics,
  config: Certificates,
): { readonly replace: (config: Certificates) => void } {
  let expiresAt = firstExpiry(config);
  metrics.gauge(
    'crossgate_tls_certificate_expiry_timestamp_seconds',
    'When the first of the certificates that listeners show expires, since 1970.',
    () => expiresAt,
  );
  return {
    replace: next => {
      expiresAt = firstExpiry(next);
    },
  };
}

/** In seconds; undefined where there are none. Those that they were issued by are not looked at. */
function firstExpiry({ tls, dialects }: Certificates): number | undefined {
  const shown = [tls, ...Object.values(dialects).map(dialect => dialect.tls)];
  const certificates = new Set(shown.flatMap(keys => (keys ? [keys.certificate] : [])));
  if (certificates.size === 0) return undefined;
  return Math.min(...[...certificates].map(pem => Date.parse(new X509Certificate(pem).validTo) / 1000));
}
