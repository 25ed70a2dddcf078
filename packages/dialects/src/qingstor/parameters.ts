import type { Exchange, ServiceError } from '../exchange.ts';
import { qingstorError } from './errors.ts';

/** The first parameter of a name; undefined when there is none. */
export function parameter(exchange: Exchange, name: string): string | undefined {
  return exchange.location.parameters.find(([candidate]) => candidate === name)?.[1];
}

/** The `limit` of a listing. */
export function readLimit(
  exchange: Exchange,
  { usual, most }: { readonly usual: number; readonly most: number },
): number | ServiceError {
  const text = parameter(exchange, 'limit') || String(usual);
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1) return Math.min(Number(text), most);
  return qingstorError('invalid_argument', `The limit must be a number from 1 to ${most}.`);
}
