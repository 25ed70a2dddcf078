import type { Policy, PolicyPath, Rule } from '@crossgate/core';
import type { PolicyReading } from '../policy-reading.ts';
import type { XmlElement } from '../xml/read-xml.ts';
import { trimXmlSpace } from '../xml/source-positions.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { elementsOnly, readFields, readText, unknownElement } from './read-fields.ts';

/** All of them are required. In the order of recorded answers. */
const RULE_FIELDS = {
  AllowedMethods: 'allowedMethods',
  AllowedOrigins: 'allowedOrigins',
  AllowedHeaders: 'allowedHeaders',
  ExposedHeaders: 'exposeHeaders',
  MaxAgeInSeconds: 'maxAgeSeconds',
} as const;

type ListElement = Exclude<keyof typeof RULE_FIELDS, 'MaxAgeInSeconds'>;

/** Reads `Cors`. What is returned counts only if nothing is found. */
export function readCors(element: XmlElement, reading: PolicyReading): Policy {
  reading.at(['rules'], element);
  elementsOnly(element, ['rules'], reading);
  const rules: Rule[] = [];
  for (const child of element.children) {
    if (child.name === 'CorsRule') rules.push(readRule(child, ['rules', rules.length], reading));
    else unknownElement(child, ['rules'], ['CorsRule'], reading);
  }
  return { rules };
}

function readRule(element: XmlElement, path: PolicyPath, reading: PolicyReading): Rule {
  const found = readFields(element, path, RULE_FIELDS, Object.keys(RULE_FIELDS), reading);
  const list = (name: ListElement): readonly string[] =>
    readList(found.get(name), [...path, RULE_FIELDS[name]], reading);
  return {
    allowedOrigins: list('AllowedOrigins'),
    allowedMethods: list('AllowedMethods'),
    allowedHeaders: list('AllowedHeaders'),
    exposeHeaders: list('ExposedHeaders'),
    maxAgeSeconds: readNumber(found.get('MaxAgeInSeconds'), [...path, 'maxAgeSeconds'], reading),
  };
}

/** A comma list; white space around its entries is not part of them. */
function readList(
  element: XmlElement | undefined,
  path: PolicyPath,
  reading: PolicyReading,
): readonly string[] {
  const text = element ? readText(element, path, reading) : '';
  return text === '' ? [] : text.split(',').map(trimXmlSpace);
}

/** What is not a number is none that the service takes. */
function readNumber(element: XmlElement | undefined, path: PolicyPath, reading: PolicyReading): number {
  const text = element ? readText(element, path, reading) : '';
  return /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

/** In the order of recorded answers, in which prefixes come behind the names that are complete. */
export function corsNode(policy: Policy): XmlNode {
  return ['Cors', policy.rules.map(rule => ['CorsRule', ruleNodes(rule)] as const)];
}

function ruleNodes(rule: Rule): readonly XmlNode[] {
  return [
    ['AllowedMethods', rule.allowedMethods.join(',')],
    ['AllowedOrigins', rule.allowedOrigins.join(',')],
    ['AllowedHeaders', prefixesLast(rule.allowedHeaders).join(',')],
    ['ExposedHeaders', prefixesLast(rule.exposeHeaders).join(',')],
    ['MaxAgeInSeconds', String(rule.maxAgeSeconds ?? 0)],
  ];
}

function prefixesLast(names: readonly string[]): readonly string[] {
  return [...names.filter(name => !name.endsWith('*')), ...names.filter(name => name.endsWith('*'))];
}
