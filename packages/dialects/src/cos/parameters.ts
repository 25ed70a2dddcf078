import type { Exchange, ServiceError } from '../exchange.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { cosError } from './errors.ts';
import { urlEncode } from './signature.ts';

/** The first parameter of a name; undefined when there is none. */
export function parameter(exchange: Exchange, name: string): string | undefined {
  return exchange.location.parameters.find(([candidate]) => candidate === name)?.[1];
}

/** How a listing writes what users named. */
export interface ListingEncoding {
  readonly text: (text: string) => string;
  /** What the document says of it. */
  readonly nodes: readonly XmlNode[];
}

/** `encoding-type` of a listing: `url`, or none. */
export function readEncoding(exchange: Exchange): ListingEncoding | ServiceError {
  const encoding = parameter(exchange, 'encoding-type') || undefined;
  if (encoding === undefined) return { text: String, nodes: [] };
  if (encoding === 'url') return { text: urlEncode, nodes: [['EncodingType', encoding]] };
  return cosError('InvalidArgument', 'The encoding-type must be url.');
}

/** How many entries a listing may have; as many as may be when it does not say. */
export function readCount(exchange: Exchange, name: string, most: number): number | ServiceError {
  const text = parameter(exchange, name) || String(most);
  if (/^\d{1,9}$/.test(text) && Number(text) <= most) return Number(text);
  return cosError('InvalidArgument', `The ${name} must be a number from 0 to ${most}.`);
}
