import { compile, type Policy, type ReadPolicyResult, validate } from '@crossgate/core';
import { DIALECTS, type Dialect, readNeutralPolicy } from '@crossgate/dialects';
import { analyticsSettings } from '../../../packages/dialects/src/azure-tables/analytics-settings.ts';
import {
  readServiceProperties,
  writeServiceProperties,
} from '../../../packages/dialects/src/azure-tables/service-properties.ts';
import { type JsonNode, readJson } from '../../../packages/dialects/src/json/read-json.ts';
import { readXml, type XmlElement } from '../../../packages/dialects/src/xml/read-xml.ts';
import { writeXml, type XmlNode } from '../../../packages/dialects/src/xml/write-xml.ts';
import { holds, type Target } from '../target.ts';
import { checkFindings, sameJson, XML_LINE_BREAK } from './properties.ts';
import { CORS_WORDS, goldenDocuments, goldenPolicies } from './seeds.ts';

const DOCUMENT_BYTES = 64 * 1024;
/** Of lists of objects and of parts. */
const LARGEST_BODY_BYTES = 8 * 1024 * 1024;

/** The text that positions are counted in: decoders leave a byte order mark out. */
function decoded(input: Uint8Array): string {
  return new TextDecoder().decode(input);
}

const WORDS = [
  ...CORS_WORDS,
  '<![CDATA[',
  ']]>',
  '<!-- ',
  ' -->',
  '<!DOCTYPE a [',
  '<?xml ',
  '&#x10FFFF;',
  '&amp;',
  '&lt;',
];

/** The document of a service: what can be read is valid, and is read again as it is written. */
function policyDocument({ id, profile, policyApi }: Dialect): readonly Target[] {
  if (!policyApi) return [];
  const { document } = policyApi;
  const lineBreak = document.mediaType.endsWith('xml') ? XML_LINE_BREAK : undefined;
  const target: Target = {
    name: `${id}-document`,
    seeds: () => goldenDocuments(id),
    words: WORDS,
    limitBytes: document.limitBytes + 1,
    run: input => {
      const read = document.parse(input);
      if (read.kind === 'diagnostics') {
        checkFindings(read.diagnostics, decoded(input), lineBreak);
        return;
      }
      holds(validate(read.policy, profile).length === 0, 'what is read is valid');
      compile(read.policy, profile);
      const written = document.write(read.policy);
      // What is written with every character escaped can be longer than what a client may send.
      if (Buffer.byteLength(written) > document.limitBytes) return;
      const again = document.parse(Buffer.from(written));
      holds(again.kind === 'policy', 'what is written can be read', { written, again });
      // Some services write lists in an order of their own.
      holds(sameJson(unordered(again.policy), unordered(read.policy)), 'what is written is what was read', {
        written,
      });
      holds(document.write(again.policy) === written, 'what is written again is the same', { written });
    },
  };
  return [target];
}

function unordered({ rules, ...rest }: Policy): object {
  const sorted = rules.map(rule => ({
    ...rule,
    allowedHeaders: [...rule.allowedHeaders].sort(),
    exposeHeaders: [...rule.exposeHeaders].sort(),
  }));
  return { ...rest, rules: sorted };
}

const SECTIONS = `<?xml version="1.0" encoding="utf-8"?><StorageServiceProperties><Logging><Version>1.0</Version><Delete>true</Delete><Read>false</Read><Write>true</Write><RetentionPolicy><Enabled>true</Enabled><Days>7</Days></RetentionPolicy></Logging><HourMetrics><Version>1.0</Version><Enabled>true</Enabled><IncludeAPIs>false</IncludeAPIs><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></HourMetrics><MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></MinuteMetrics><Cors /></StorageServiceProperties>`;

const azureProperties: Target = {
  name: 'azure-tables-properties',
  seeds: () => [
    SECTIONS,
    SECTIONS.replaceAll('HourMetrics', 'Metrics')
      .replace(/<Minute.*(?=<Cors)/, '')
      .replace('<Cors />', ''),
    ...goldenDocuments('azure-tables'),
  ],
  words: WORDS,
  limitBytes: DOCUMENT_BYTES + 1,
  run: input => {
    for (const form of ['with-cors', 'before-cors'] as const) {
      const read = readServiceProperties(input, form, []);
      if (read.kind === 'diagnostics') {
        checkFindings(read.diagnostics, decoded(input), XML_LINE_BREAK);
        continue;
      }
      const { policy = { rules: [] }, settings } = read.properties;
      const all = analyticsSettings({ ...settings });
      const written = writeServiceProperties(policy, all, form);
      const again = readServiceProperties(Buffer.from(written), form, []);
      holds(again.kind === 'properties', 'what is written can be read', { written, again });
      holds(
        sameJson(
          analyticsSettings({ ...again.properties.settings }),
          form === 'with-cors' ? all : { ...all, minuteMetrics: analyticsSettings(undefined).minuteMetrics },
        ),
        'settings are read as they were written',
        written,
      );
    }
  },
};

const xml: Target = {
  name: 'xml',
  seeds: () => [
    ...goldenDocuments('cos').slice(0, 40),
    '<Delete><Quiet>true</Quiet><Object><Key> a&#10;b </Key><VersionId>null</VersionId></Object></Delete>',
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"x"</ETag></Part></CompleteMultipartUpload>',
    '<a xmlns:b="c"><b:d e="f">&quot;</b:d><!-- g --></a>',
  ],
  words: WORDS,
  limitBytes: DOCUMENT_BYTES,
  run: input => {
    const read = readXml(input);
    if (read.kind === 'diagnostic') {
      checkFindings([read.diagnostic], decoded(input), XML_LINE_BREAK);
      return;
    }
    checkElement(read.root);
    // A name that means the same without its prefix may be one that stands alone in no document.
    if (!/^[A-Za-z]+$/.test(namesOf(read.root).join(''))) return;
    const written = writeXml([asNode(read.root)]);
    const again = readXml(Buffer.from(written));
    holds(again.kind === 'root', 'what is written can be read', { written, again });
    holds(sameJson(asNode(again.root), asNode(read.root)), 'what is written is what was read', { written });
  },
};

function checkElement({ position, end, children }: XmlElement): void {
  const inOrder = end.line > position.line || (end.line === position.line && end.column > position.column);
  holds(inOrder, 'an element ends behind its beginning', { position, end });
  children.forEach(checkElement);
}

function namesOf({ name, children }: XmlElement): readonly string[] {
  return [name, ...children.flatMap(namesOf)];
}

function asNode({ name, text, children }: XmlElement): XmlNode {
  return [name, children.length > 0 ? children.map(asNode) : text];
}

const json: Target = {
  name: 'json',
  seeds: () => [
    ...goldenDocuments('qingstor'),
    ...goldenPolicies('cos').slice(0, 5),
    '{"objects":[{"key":"a"},{"key":"\\ud83d\\ude00"}],"quiet":true}',
    '[1, -0.5e+10, "\\u0000", null, true, {"a": []}]',
  ],
  limitBytes: DOCUMENT_BYTES,
  run: input => {
    const read = readJson(input);
    const text = decoded(input);
    if (read.kind === 'diagnostic') {
      checkFindings([read.diagnostic], text);
      return;
    }
    holds(
      JSON.stringify(plain(read.value)) === JSON.stringify(JSON.parse(text)),
      'it is read as JSON.parse does',
    );
  },
};

function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object': {
      const value: Record<string, unknown> = {};
      for (const { name, value: member } of node.members) {
        Object.defineProperty(value, name, { value: plain(member), enumerable: true, configurable: true });
      }
      return value;
    }
    case 'array':
      return node.items.map(plain);
    case 'null':
      return null;
    case 'string':
    case 'number':
    case 'boolean':
      return node.value;
    default:
      return node satisfies never;
  }
}

const neutralPolicy: Target = {
  name: 'neutral-policy',
  seeds: () => [...goldenPolicies('cos'), ...goldenPolicies('qingstor'), ...goldenPolicies('azure-tables')],
  words: [...CORS_WORDS, '__proto__', 'toString', 'rules', 'vary', 'maxAgeSeconds'],
  limitBytes: DOCUMENT_BYTES,
  run: input => {
    const read: ReadPolicyResult = readNeutralPolicy(input);
    if (read.kind === 'diagnostics') {
      checkFindings(read.diagnostics, decoded(input));
      return;
    }
    for (const { profile, policyApi } of DIALECTS) {
      const errors = validate(read.policy, profile);
      if (errors.length > 0) checkFindings(read.locate?.(errors) ?? errors, decoded(input));
      else {
        compile(read.policy, profile);
        if (policyApi)
          checkWritten(policyApi.document.parse(Buffer.from(policyApi.document.write(read.policy))), profile);
      }
    }
  },
};

/** A policy may have what a document has no place for, and be too long for one: it is refused with a reason then. */
function checkWritten(read: ReadPolicyResult, profile: Dialect['profile']): void {
  if (read.kind === 'policy') holds(validate(read.policy, profile).length === 0, 'what is written is valid');
  else {
    const malformed = read.diagnostics.find(({ code }) => code === 'document-malformed');
    holds(malformed === undefined, 'what is written is well-formed', malformed);
  }
}

export const DOCUMENT_TARGETS: readonly Target[] = [
  ...DIALECTS.flatMap(policyDocument),
  azureProperties,
  xml,
  // The list of a request that deletes many objects, which needs a key.
  { ...xml, name: 'xml-of-many-parts', limitBytes: LARGEST_BODY_BYTES / 8, limitMilliseconds: 400 },
  json,
  neutralPolicy,
];
