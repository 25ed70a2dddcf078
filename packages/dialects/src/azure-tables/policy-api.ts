import type { Diagnostic, DiagnosticCode } from '@crossgate/core';
import { bodyDigestProblem } from '../body-digest.ts';
import type { PolicyApi, ReadPolicyBody } from '../dialect.ts';
import type { Exchange } from '../exchange.ts';
import { tellFindings } from '../tell-findings.ts';
import { analyticsSettings } from './analytics-settings.ts';
import { type AzureTablesErrorCode, azureTablesError } from './errors.ts';
import { azureTablesPolicyDocument } from './policy-document.ts';
import { documentReply, emptyReply } from './responses.ts';
import { type PropertiesForm, readServiceProperties, writeServiceProperties } from './service-properties.ts';
import { CORS_VERSION, serviceVersion } from './service-version.ts';

/** Set and Get Table Service Properties. No operation deletes them: `<Cors />` clears the rules. */
export const azureTablesPolicyApi: PolicyApi = {
  document: azureTablesPolicyDocument,
  read,
  replies: {
    read: (exchange, stored) => {
      const policy = stored?.policy ?? { rules: [] };
      const settings = analyticsSettings(stored?.settings);
      return documentReply(200, `\ufeff${writeServiceProperties(policy, settings, formOf(exchange))}`);
    },
    stored: () => emptyReply(202),
    deleted: () => emptyReply(202),
  },
};

function formOf({ request, location }: Exchange): PropertiesForm {
  const version = serviceVersion(request, location.parameters) ?? CORS_VERSION;
  return version < CORS_VERSION ? 'before-cors' : 'with-cors';
}

function read(exchange: Exchange, body: Uint8Array): ReadPolicyBody {
  const digest = bodyDigestProblem(exchange, body);
  if (digest) return refuse(digest === 'digest-malformed' ? 'InvalidMd5' : 'Md5Mismatch');
  const form = formOf(exchange);
  const result = readServiceProperties(body, form, form === 'before-cors' ? ['Logging', 'Metrics'] : []);
  if (result.kind === 'diagnostics') {
    return refuse(errorCode(result.diagnostics), tellFindings(result.diagnostics));
  }
  const { policy, settings } = result.properties;
  return { kind: 'update', settings: { ...settings }, ...(policy && { policy }) };
}

function refuse(code: AzureTablesErrorCode, explanation?: string): ReadPolicyBody {
  return { kind: 'refused', error: azureTablesError(code, explanation) };
}

/** Findings about the document, not about a value in a rule. */
const MISSHAPEN: ReadonlySet<DiagnosticCode> = new Set([
  'document-malformed',
  'document-forbidden',
  'document-too-large',
  'field-missing',
  'field-repeated',
  'field-type',
  'rules-too-many',
]);

function errorCode(findings: readonly Diagnostic[]): AzureTablesErrorCode {
  if (findings.some(({ code }) => MISSHAPEN.has(code))) return 'InvalidXmlDocument';
  return findings.some(({ code }) => code === 'field-unknown') ? 'UnsupportedXmlNode' : 'InvalidXmlNodeValue';
}
