import { diagnostic, type Policy, type PolicyPath, type ReadPolicyResult, type Rule } from '@crossgate/core';
import type { PolicyDocumentFormat } from '../dialect.ts';
import { newPolicyReading, type PolicyReading } from '../policy-reading.ts';
import { readXml, type XmlElement } from '../xml/read-xml.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { writeCosDocument } from './document.ts';
import { cosProfile } from './profile.ts';

const LIMIT_BYTES = 64 * 1024;

/** `CORSConfiguration`: PUT and GET Bucket cors of the API reference. */
export const cosPolicyDocument: PolicyDocumentFormat = {
  mediaType: 'application/xml',
  limitBytes: LIMIT_BYTES,
  parse,
  write,
};

/** The lists of a rule by their element. */
const LISTS = {
  AllowedOrigin: 'allowedOrigins',
  AllowedMethod: 'allowedMethods',
  AllowedHeader: 'allowedHeaders',
  ExposeHeader: 'exposeHeaders',
} as const;

const RULE_ELEMENTS = ['ID', ...Object.keys(LISTS), 'MaxAgeSeconds'];

function parse(bytes: Uint8Array): ReadPolicyResult {
  if (bytes.length > LIMIT_BYTES) {
    return {
      kind: 'diagnostics',
      diagnostics: [diagnostic('document-too-large', [], { limit: LIMIT_BYTES })],
    };
  }
  const xml = readXml(bytes);
  if (xml.kind === 'diagnostic') return { kind: 'diagnostics', diagnostics: [xml.diagnostic] };
  const { root } = xml;
  if (root.name !== 'CORSConfiguration') {
    const parameters = { field: root.name, known: 'CORSConfiguration' };
    return { kind: 'diagnostics', diagnostics: [diagnostic('field-unknown', [], parameters, root)] };
  }
  const reading = newPolicyReading();
  return reading.finish(readConfiguration(root, reading), cosProfile);
}

function readConfiguration(root: XmlElement, reading: PolicyReading): Policy {
  reading.at([], root);
  const rules: Rule[] = [];
  let vary: boolean | undefined;
  for (const element of root.children) {
    if (element.name === 'CORSRule') {
      rules.push(readRule(element, ['rules', rules.length], reading));
    } else if (element.name === 'ResponseVary') {
      if (vary !== undefined) repeated(element, ['vary'], reading);
      else vary = readBoolean(element, ['vary'], reading);
    } else {
      unknown(element, [], 'CORSRule, ResponseVary', reading);
    }
  }
  noText(root, [], reading);
  return { rules, ...(vary !== undefined && { vary }) };
}

function readRule(element: XmlElement, path: PolicyPath, reading: PolicyReading): Rule {
  reading.at(path, element);
  noText(element, path, reading);
  const lists: Record<(typeof LISTS)[keyof typeof LISTS], string[]> = {
    allowedOrigins: [],
    allowedMethods: [],
    allowedHeaders: [],
    exposeHeaders: [],
  };
  let id: string | undefined;
  let maxAgeSeconds: number | undefined;
  for (const child of element.children) {
    if (isList(child.name)) {
      const list = LISTS[child.name];
      const entry = [...path, list, lists[list].length];
      lists[list].push(readText(child, entry, reading));
    } else if (child.name === 'ID') {
      if (id !== undefined) repeated(child, [...path, 'id'], reading);
      else id = readText(child, [...path, 'id'], reading);
    } else if (child.name === 'MaxAgeSeconds') {
      if (maxAgeSeconds !== undefined) repeated(child, [...path, 'maxAgeSeconds'], reading);
      else maxAgeSeconds = readNumber(child, [...path, 'maxAgeSeconds'], reading);
    } else {
      unknown(child, path, RULE_ELEMENTS.join(', '), reading);
    }
  }
  return {
    ...(id !== undefined && { id }),
    ...lists,
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  };
}

function isList(name: string): name is keyof typeof LISTS {
  return Object.hasOwn(LISTS, name);
}

function readText(element: XmlElement, path: PolicyPath, reading: PolicyReading): string {
  reading.at(path, element);
  const [child] = element.children;
  if (child) unknown(child, path, 'text only', reading);
  return element.text;
}

function readNumber(element: XmlElement, path: PolicyPath, reading: PolicyReading): number {
  const text = readText(element, path, reading);
  return /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

function readBoolean(element: XmlElement, path: PolicyPath, reading: PolicyReading): boolean {
  const text = readText(element, path, reading);
  if (text !== 'true' && text !== 'false') {
    reading.find('field-type', path, { field: element.name, expected: '`true` or `false`' }, element);
  }
  return text === 'true';
}

function noText(element: XmlElement, path: PolicyPath, reading: PolicyReading): void {
  if (element.text === '') return;
  const parameters = { field: element.name, expected: 'elements without text between them' };
  reading.find('field-type', path, parameters, element);
}

function unknown(element: XmlElement, path: PolicyPath, known: string, reading: PolicyReading): void {
  reading.find('field-unknown', path, { field: element.name, known }, element);
}

function repeated(element: XmlElement, path: PolicyPath, reading: PolicyReading): void {
  reading.find('field-repeated', path, { field: element.name }, element);
}

/** In the order of the documented answer of GET Bucket cors. What is not set is not written. */
function write(policy: Policy): string {
  const rules = policy.rules.map((rule): XmlNode => ['CORSRule', ruleNodes(rule)]);
  const vary: XmlNode[] = policy.vary === undefined ? [] : [['ResponseVary', String(policy.vary)]];
  return writeCosDocument(['CORSConfiguration', [...rules, ...vary]]);
}

function ruleNodes(rule: Rule): XmlNode[] {
  const nodes: XmlNode[] = rule.id === undefined ? [] : [['ID', rule.id]];
  for (const [element, list] of Object.entries(LISTS)) {
    for (const text of rule[list]) nodes.push([element, text]);
  }
  if (rule.maxAgeSeconds !== undefined) nodes.push(['MaxAgeSeconds', String(rule.maxAgeSeconds)]);
  return nodes;
}
