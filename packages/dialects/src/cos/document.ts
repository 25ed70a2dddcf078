import { writeXml, type XmlNode } from '../xml/write-xml.ts';

/** A document as COS writes most of them: its XML declaration, tabs, and no line break at the end. */
export function writeCosDocument(root: XmlNode): string {
  return `<?xml version='1.0' encoding='utf-8' ?>\n${writeXml([root])}`;
}
