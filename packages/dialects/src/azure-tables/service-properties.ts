import { type Diagnostic, diagnostic, type Policy, type PolicySource } from '@crossgate/core';
import { newPolicyReading } from '../policy-reading.ts';
import { readXml } from '../xml/read-xml.ts';
import { writeXmlLine, type XmlNode } from '../xml/write-xml.ts';
import {
  type AnalyticsSettings,
  loggingNode,
  metricsNode,
  readLogging,
  readMetrics,
} from './analytics-settings.ts';
import { corsNode, readCors } from './cors-rules.ts';
import { azureTablesProfile } from './profile.ts';
import { readFields } from './read-fields.ts';

/** What a document says; a section that it does not have is left out. */
export interface ServiceProperties {
  readonly policy?: Policy;
  readonly settings: Partial<AnalyticsSettings>;
}

export type ReadPropertiesResult =
  | {
      readonly kind: 'properties';
      readonly properties: ServiceProperties;
      readonly source: PolicySource;
    }
  | { readonly kind: 'diagnostics'; readonly diagnostics: readonly Diagnostic[] };

/** The forms that the document had over the versions ("Set Table Service Properties"). */
export type PropertiesForm = 'with-cors' | 'before-cors';

type Section = 'Logging' | 'Metrics' | 'HourMetrics' | 'MinuteMetrics' | 'Cors';

const SECTIONS = {
  'with-cors': {
    Logging: 'logging',
    HourMetrics: 'hourMetrics',
    MinuteMetrics: 'minuteMetrics',
    Cors: 'rules',
  },
  // What was called metrics became those by the hour.
  'before-cors': { Logging: 'logging', Metrics: 'hourMetrics' },
} as const satisfies Record<PropertiesForm, Readonly<Partial<Record<Section, string>>>>;

const LIMIT_BYTES = 64 * 1024;

/** What a document may have at the most. The service names no limit; its CORS rules have 2 KB without tags. */
export const PROPERTIES_LIMIT_BYTES: number = LIMIT_BYTES;

/** Reads a `StorageServiceProperties` document. Of its sections those of `required` cannot be left out. */
export function readServiceProperties(
  bytes: Uint8Array,
  form: PropertiesForm,
  required: readonly Section[],
): ReadPropertiesResult {
  if (bytes.length > LIMIT_BYTES) return refuse(diagnostic('document-too-large', [], { limit: LIMIT_BYTES }));
  const xml = readXml(bytes);
  if (xml.kind === 'diagnostic') return refuse(xml.diagnostic);
  const { root } = xml;
  if (root.name !== 'StorageServiceProperties') {
    const parameters = { field: root.name, known: 'StorageServiceProperties' };
    return refuse(diagnostic('field-unknown', [], parameters, root));
  }
  const reading = newPolicyReading();
  const found = readFields(root, [], SECTIONS[form], required, reading);
  const [logging, cors] = [found.get('Logging'), found.get('Cors')];
  const hour = found.get('HourMetrics') ?? found.get('Metrics');
  const minute = found.get('MinuteMetrics');
  const settings: Partial<AnalyticsSettings> = {
    ...(logging && { logging: readLogging(logging, ['logging'], reading) }),
    ...(hour && { hourMetrics: readMetrics(hour, ['hourMetrics'], reading) }),
    ...(minute && { minuteMetrics: readMetrics(minute, ['minuteMetrics'], reading) }),
  };
  const policy = cors && readCors(cors, reading);
  const result = reading.finish(policy ?? { rules: [] }, azureTablesProfile);
  if (result.kind === 'diagnostics') return result;
  const { kind, policy: _, ...source } = result;
  return { kind: 'properties', properties: { settings, ...(policy && { policy }) }, source };
}

function refuse(finding: Diagnostic): ReadPropertiesResult {
  return { kind: 'diagnostics', diagnostics: [finding] };
}

/** All properties of an account, as Get Table Service Properties has them. */
export function writeServiceProperties(
  policy: Policy,
  settings: AnalyticsSettings,
  form: PropertiesForm,
): string {
  const logging = loggingNode(settings.logging);
  if (form === 'before-cors') return writeDocument([logging, metricsNode('Metrics', settings.hourMetrics)]);
  return writeDocument([
    logging,
    metricsNode('HourMetrics', settings.hourMetrics),
    metricsNode('MinuteMetrics', settings.minuteMetrics),
    corsNode(policy),
  ]);
}

/** A document that says nothing but the rules: to set it leaves the rest as it is. */
export function writeCorsProperties(policy: Policy): string {
  return writeDocument([corsNode(policy)]);
}

function writeDocument(sections: readonly XmlNode[]): string {
  return `<?xml version="1.0" encoding="utf-8"?>${writeXmlLine([['StorageServiceProperties', sections]])}`;
}
