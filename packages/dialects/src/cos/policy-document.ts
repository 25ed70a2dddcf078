import {
  type Diagnostic,
  diagnostic,
  formatPath,
  type Policy,
  type PolicyPath,
  type ReadPolicyResult,
  type Rule,
  type SourcePosition,
  validate,
} from '@crossgate/core';
import type { PolicyDocumentFormat } from '../dialect.ts';
import { readXml, type XmlElement } from '../xml/read-xml.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { writeCosDocument } from './document.ts';
import { cosProfile } from './profile.ts';

/** `CORSConfiguration`: PUT and GET Bucket cors of the API reference. */
export const cosPolicyDocument: PolicyDocumentFormat = {
  mediaType: 'application/xml',
  limitBytes: 64 * 1024,
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

/** What has been read so far, and where it stood. */
interface Reading {
  readonly findings: Diagnostic[];
  readonly positions: Map<string, SourcePosition>;
}

function parse(bytes: Uint8Array): ReadPolicyResult {
  const xml = readXml(bytes);
  if (xml.kind === 'diagnostic') return { kind: 'diagnostics', diagnostics: [xml.diagnostic] };
  const reading: Reading = { findings: [], positions: new Map() };
  if (xml.root.name !== 'CORSConfiguration') {
    unknown(xml.root, [], 'CORSConfiguration', reading);
    return { kind: 'diagnostics', diagnostics: reading.findings };
  }
  const policy = readConfiguration(xml.root, reading);
  const unread = new Set(reading.findings.map(finding => formatPath(finding.path)));
  const invalid = validate(policy, cosProfile)
    .filter(finding => !unread.has(formatPath(finding.path)))
    .map(finding => locate(finding, reading));
  const diagnostics = [...reading.findings, ...invalid].sort(byPosition);
  return diagnostics.length > 0 ? { kind: 'diagnostics', diagnostics } : { kind: 'policy', policy };
}

/** As the document goes, so that it can be mended from top to bottom. */
function byPosition(a: Diagnostic, b: Diagnostic): number {
  const [first, second] = [a.position, b.position];
  if (!first || !second) return 0;
  return first.line - second.line || first.column - second.column;
}

/** Gives a finding the position of what it is about, or of the nearest thing around it. */
function locate(finding: Diagnostic, { positions }: Reading): Diagnostic {
  for (let length = finding.path.length; length >= 0; length--) {
    const position = positions.get(formatPath(finding.path.slice(0, length)));
    if (position) return { ...finding, position };
  }
  return finding;
}

function readConfiguration(root: XmlElement, reading: Reading): Policy {
  reading.positions.set('', root.position);
  const rules: Rule[] = [];
  let vary: boolean | undefined;
  for (const element of root.children) {
    if (element.name === 'CORSRule') {
      rules.push(readRule(element, ['rules', rules.length], reading));
    } else if (element.name === 'ResponseVary') {
      if (vary !== undefined) repeated(element, ['vary'], reading);
      vary = readBoolean(element, ['vary'], reading);
    } else {
      unknown(element, [], 'CORSRule, ResponseVary', reading);
    }
  }
  noText(root, [], reading);
  return { rules, ...(vary !== undefined && { vary }) };
}

function readRule(element: XmlElement, path: PolicyPath, reading: Reading): Rule {
  reading.positions.set(formatPath(path), element.position);
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
      id = readText(child, [...path, 'id'], reading);
    } else if (child.name === 'MaxAgeSeconds') {
      if (maxAgeSeconds !== undefined) repeated(child, [...path, 'maxAgeSeconds'], reading);
      maxAgeSeconds = readNumber(child, [...path, 'maxAgeSeconds'], reading);
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

function readText(element: XmlElement, path: PolicyPath, reading: Reading): string {
  reading.positions.set(formatPath(path), element.position);
  const [child] = element.children;
  if (child) unknown(child, path, 'text only', reading);
  return element.text;
}

function readNumber(element: XmlElement, path: PolicyPath, reading: Reading): number {
  const text = readText(element, path, reading);
  return /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

function readBoolean(element: XmlElement, path: PolicyPath, reading: Reading): boolean {
  const text = readText(element, path, reading);
  if (text !== 'true' && text !== 'false') {
    const parameters = { field: element.name, expected: '`true` or `false`' };
    reading.findings.push(diagnostic('field-type', path, parameters, element.position));
  }
  return text === 'true';
}

function noText(element: XmlElement, path: PolicyPath, reading: Reading): void {
  if (element.text === '') return;
  const parameters = { field: element.name, expected: 'elements, not text' };
  reading.findings.push(diagnostic('field-type', path, parameters, element.position));
}

function unknown(element: XmlElement, path: PolicyPath, known: string, reading: Reading): void {
  const parameters = { field: element.name, known };
  reading.findings.push(diagnostic('field-unknown', path, parameters, element.position));
}

function repeated(element: XmlElement, path: PolicyPath, reading: Reading): void {
  reading.findings.push(diagnostic('field-repeated', path, { field: element.name }, element.position));
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
