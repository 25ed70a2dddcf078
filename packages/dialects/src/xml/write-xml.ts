const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // Readers take a carriage return for a line feed (XML 1.0, section 2.11).
  '\r': '&#13;',
};

/** Code points that XML 1.0 cannot hold, also not as references (section 2.2), lone surrogates among them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not get out
const UNREPRESENTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text as element content. What XML cannot represent becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"'\r]/g, character => ESCAPES[character] ?? character)
    .replace(UNREPRESENTABLE, '\ufffd');
}

/** An element by its name and either text or elements; `undefined` content is written as an empty element. */
export type XmlNode = readonly [name: string, content: string | readonly XmlNode[] | undefined];

/** Writes elements one a line, a tab for each level, as COS does. No line break at the end. */
export function writeXml(nodes: readonly XmlNode[], indent = ''): string {
  return nodes.map(node => indent + writeNode(node, indent)).join('\n');
}

function writeNode([name, content]: XmlNode, indent: string): string {
  if (content === undefined || content.length === 0) return `<${name}/>`;
  if (typeof content === 'string') return `<${name}>${escapeXml(content)}</${name}>`;
  return `<${name}>\n${writeXml(content, `${indent}\t`)}\n${indent}</${name}>`;
}

/** Writes elements in one line, empty ones as `<name />`, as .NET does. */
export function writeXmlLine(nodes: readonly XmlNode[]): string {
  return nodes
    .map(([name, content]) => {
      if (content === undefined || content.length === 0) return `<${name} />`;
      return `<${name}>${typeof content === 'string' ? escapeXml(content) : writeXmlLine(content)}</${name}>`;
    })
    .join('');
}
