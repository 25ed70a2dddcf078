import type { PolicyPath, Settings } from '@crossgate/core';
import type { PolicyReading } from '../policy-reading.ts';
import type { XmlElement } from '../xml/read-xml.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { readFields, readText } from './read-fields.ts';

/** For how many days records are kept; for ever when it is not enabled. */
export type RetentionPolicy =
  | { readonly enabled: false }
  | { readonly enabled: true /** 1 to 365. */; readonly days: number };

/** What is logged ("Storage Analytics"). */
export interface LoggingSettings {
  readonly version: '1.0';
  readonly read: boolean;
  readonly write: boolean;
  readonly delete: boolean;
  readonly retentionPolicy: RetentionPolicy;
}

/** What is counted, by the hour or by the minute. */
export type MetricsSettings = { readonly version: '1.0'; readonly retentionPolicy: RetentionPolicy } & (
  | { readonly enabled: false }
  | { readonly enabled: true /** Also for each operation. */; readonly includeApis: boolean }
);

/** The sections of {@link Settings} that an account has. */
export interface AnalyticsSettings {
  readonly logging: LoggingSettings;
  readonly hourMetrics: MetricsSettings;
  readonly minuteMetrics: MetricsSettings;
}

/** Those of a new account, as it was recorded. */
const DEFAULTS: AnalyticsSettings = {
  logging: {
    version: '1.0',
    read: false,
    write: false,
    delete: false,
    retentionPolicy: { enabled: false },
  },
  hourMetrics: {
    version: '1.0',
    enabled: true,
    includeApis: true,
    retentionPolicy: { enabled: true, days: 7 },
  },
  minuteMetrics: { version: '1.0', enabled: false, retentionPolicy: { enabled: false } },
};

/** The settings of an account; a section that was never set, or that is none, is as that of a new account. */
export function analyticsSettings(settings: Settings | undefined): AnalyticsSettings {
  if (!settings) return DEFAULTS;
  const { logging, hourMetrics, minuteMetrics }: { readonly [Name in keyof AnalyticsSettings]?: unknown } =
    settings;
  return {
    logging: isLogging(logging) ? logging : DEFAULTS.logging,
    hourMetrics: isMetrics(hourMetrics) ? hourMetrics : DEFAULTS.hourMetrics,
    minuteMetrics: isMetrics(minuteMetrics) ? minuteMetrics : DEFAULTS.minuteMetrics,
  };
}

// Sections are stored as they were read here. Where others can write to the store, they may be anything.

function isLogging(section: unknown): section is LoggingSettings {
  if (!isVersioned(section)) return false;
  const { read, write, delete: deletions } = section as Partial<LoggingSettings>;
  return [read, write, deletions].every(flag => typeof flag === 'boolean');
}

function isMetrics(section: unknown): section is MetricsSettings {
  if (!isVersioned(section)) return false;
  const { enabled, includeApis } = section as { readonly enabled?: unknown; readonly includeApis?: unknown };
  return enabled === false || (enabled === true && typeof includeApis === 'boolean');
}

function isVersioned(section: unknown): section is object {
  if (typeof section !== 'object' || section === null) return false;
  const { version, retentionPolicy } = section as Partial<LoggingSettings>;
  return version === '1.0' && isRetention(retentionPolicy);
}

function isRetention(value: unknown): value is RetentionPolicy {
  if (typeof value !== 'object' || value === null) return false;
  const { enabled, days } = value as { readonly enabled?: unknown; readonly days?: unknown };
  return enabled === false || (enabled === true && Number.isInteger(days));
}

const RETENTION_FIELDS = { Enabled: 'enabled', Days: 'days' } as const;
const LOGGING_FIELDS = {
  Version: 'version',
  Delete: 'delete',
  Read: 'read',
  Write: 'write',
  RetentionPolicy: 'retentionPolicy',
} as const;
const METRICS_FIELDS = {
  Version: 'version',
  Enabled: 'enabled',
  IncludeAPIs: 'includeApis',
  RetentionPolicy: 'retentionPolicy',
} as const;

/** Reads `Logging`. What is returned counts only if nothing is found. */
export function readLogging(element: XmlElement, path: PolicyPath, reading: PolicyReading): LoggingSettings {
  const found = readFields(element, path, LOGGING_FIELDS, Object.keys(LOGGING_FIELDS), reading);
  const flag = (name: 'Delete' | 'Read' | 'Write'): boolean =>
    readBoolean(found.get(name), [...path, LOGGING_FIELDS[name]], reading);
  return {
    version: readVersion(found.get('Version'), [...path, 'version'], reading),
    read: flag('Read'),
    write: flag('Write'),
    delete: flag('Delete'),
    retentionPolicy: readRetention(found.get('RetentionPolicy'), [...path, 'retentionPolicy'], reading),
  };
}

/** Reads `HourMetrics`, `MinuteMetrics` or `Metrics`. What is returned counts only if nothing is found. */
export function readMetrics(element: XmlElement, path: PolicyPath, reading: PolicyReading): MetricsSettings {
  const required = ['Version', 'Enabled', 'RetentionPolicy'];
  const found = readFields(element, path, METRICS_FIELDS, required, reading);
  const version = readVersion(found.get('Version'), [...path, 'version'], reading);
  const enabled = readBoolean(found.get('Enabled'), [...path, 'enabled'], reading);
  const includeApis = readBoolean(found.get('IncludeAPIs'), [...path, 'includeApis'], reading);
  const retentionPolicy = readRetention(found.get('RetentionPolicy'), [...path, 'retentionPolicy'], reading);
  if (!enabled) return { version, enabled, retentionPolicy };
  needs(element, found.has('IncludeAPIs'), 'IncludeAPIs', [...path, 'includeApis'], reading);
  return { version, enabled, includeApis, retentionPolicy };
}

function readRetention(
  element: XmlElement | undefined,
  path: PolicyPath,
  reading: PolicyReading,
): RetentionPolicy {
  if (!element) return { enabled: false };
  const found = readFields(element, path, RETENTION_FIELDS, ['Enabled'], reading);
  const enabled = readBoolean(found.get('Enabled'), [...path, 'enabled'], reading);
  const days = readDays(found.get('Days'), [...path, 'days'], reading);
  if (!enabled) return { enabled };
  needs(element, found.has('Days'), 'Days', [...path, 'days'], reading);
  return { enabled, days };
}

/** Finds that an element is missing which is required where its group is enabled. */
function needs(
  element: XmlElement,
  isThere: boolean,
  field: string,
  path: PolicyPath,
  reading: PolicyReading,
): void {
  if (!isThere) reading.find('field-missing', path, { field }, element);
}

function readVersion(element: XmlElement | undefined, path: PolicyPath, reading: PolicyReading): '1.0' {
  if (element && readText(element, path, reading) !== '1.0') mustBe('`1.0`', element, path, reading);
  return '1.0';
}

function readBoolean(element: XmlElement | undefined, path: PolicyPath, reading: PolicyReading): boolean {
  if (!element) return false;
  const text = readText(element, path, reading);
  if (text !== 'true' && text !== 'false') mustBe('`true` or `false`', element, path, reading);
  return text === 'true';
}

function readDays(element: XmlElement | undefined, path: PolicyPath, reading: PolicyReading): number {
  if (!element) return 0;
  const text = readText(element, path, reading);
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > 365) mustBe('a whole number from 1 to 365', element, path, reading);
  return days;
}

function mustBe(expected: string, element: XmlElement, path: PolicyPath, reading: PolicyReading): void {
  reading.find('field-type', path, { field: element.name, expected }, element);
}

/** In the order of recorded answers; what depends on something that is off is left out. */
export function loggingNode(logging: LoggingSettings): XmlNode {
  return [
    'Logging',
    [
      ['Version', logging.version],
      ['Read', String(logging.read)],
      ['Write', String(logging.write)],
      ['Delete', String(logging.delete)],
      retentionNode(logging.retentionPolicy),
    ],
  ];
}

export function metricsNode(
  name: 'HourMetrics' | 'MinuteMetrics' | 'Metrics',
  metrics: MetricsSettings,
): XmlNode {
  const includeApis: XmlNode[] = metrics.enabled ? [['IncludeAPIs', String(metrics.includeApis)]] : [];
  return [
    name,
    [
      ['Version', metrics.version],
      ['Enabled', String(metrics.enabled)],
      ...includeApis,
      retentionNode(metrics.retentionPolicy),
    ],
  ];
}

function retentionNode(retention: RetentionPolicy): XmlNode {
  const days: XmlNode[] = retention.enabled ? [['Days', String(retention.days)]] : [];
  return ['RetentionPolicy', [['Enabled', String(retention.enabled)], ...days]];
}
