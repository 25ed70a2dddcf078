import { STATUS_CODES } from 'node:http';
import type { ResponseHeader } from '@crossgate/core';

export interface HeadOfReply {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly headers: readonly ResponseHeader[];
}

/** What is no `field-content` (RFC 9110, section 5.5), nor a reason phrase (RFC 9112, section 4). */
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * The head of an answer with `Date` and what is said about the connection, one character a byte. Undefined where a
 * value could not stand in it as it is.
 */
export function replyHead(
  { status, reason, headers }: HeadOfReply,
  at: number,
  connection: string,
): string | undefined {
  const phrase = reason ?? STATUS_CODES[status] ?? '';
  if (FORBIDDEN.test(phrase)) return undefined;
  let text = `HTTP/1.1 ${status} ${phrase}\r\n`;
  for (const [name, value] of headers) {
    if (FORBIDDEN.test(value)) return undefined;
    text += `${name}: ${value}\r\n`;
  }
  return `${text}Date: ${httpDate(at)}\r\n${connection}\r\n`;
}

let dateSecond = Number.NaN;
let date = '';

/** As `Date` has it (RFC 9110, section 5.6.7). It is made once a second. */
function httpDate(at: number): string {
  const second = Math.floor(at / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    date = new Date(at).toUTCString();
  }
  return date;
}
