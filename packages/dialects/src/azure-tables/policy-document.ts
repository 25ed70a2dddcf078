import type { ReadPolicyResult } from '@crossgate/core';
import type { PolicyDocumentFormat } from '../dialect.ts';
import { PROPERTIES_LIMIT_BYTES, readServiceProperties, writeCorsProperties } from './service-properties.ts';

/**
 * `StorageServiceProperties`, of which `Cors` is the policy. As a policy the document must have it; what else it has must
 * be right, and is passed over.
 */
export const azureTablesPolicyDocument: PolicyDocumentFormat = {
  mediaType: 'application/xml',
  limitBytes: PROPERTIES_LIMIT_BYTES,
  parse,
  write: writeCorsProperties,
};

function parse(bytes: Uint8Array): ReadPolicyResult {
  const result = readServiceProperties(bytes, 'with-cors', ['Cors']);
  if (result.kind === 'diagnostics') return result;
  return { kind: 'policy', policy: result.properties.policy ?? { rules: [] }, ...result.source };
}
