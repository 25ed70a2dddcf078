import type { z } from 'zod';
import { section, text } from './values.ts';

/** PEM files. */
export interface TlsSection {
  readonly certificate: string;
  readonly privateKey: string;
}

export const TLS: z.ZodType<TlsSection> = section({
  certificate: text().describe('The certificate and what it was issued by, in this order: a PEM file.'),
  privateKey: text().describe('Its key, not encrypted: a PEM file.'),
}).meta({ id: 'tls' });
