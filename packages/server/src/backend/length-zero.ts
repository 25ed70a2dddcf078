import { subscribe } from 'node:diagnostics_channel';
import type { DiagnosticsChannel, Dispatcher } from 'undici';

/** Methods with which undici sends `Content-Length: 0` by itself. */
const EXPECT_CONTENT: ReadonlySet<string> = new Set([
  'PATCH',
  'POST',
  'PROPFIND',
  'PROPPATCH',
  'PUT',
  'QUERY',
]);

let isMissing = false;

/**
 * Dispatches a request without content that has `Content-Length: 0`, as the SDK of COS signs it with HEAD and DELETE.
 * undici takes that header out where the method foresees no content (RFC 9110, section 8.6, would have it so of a client
 * that makes the request). It makes the request before `dispatch` returns, and shows it to whoever subscribes.
 */
export function dispatchWithLengthZero(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
): void {
  isMissing = !EXPECT_CONTENT.has(options.method);
  dispatcher.dispatch(options, handler);
  isMissing = false;
}

subscribe('undici:request:create', message => {
  if (!isMissing) return;
  isMissing = false;
  const { request } = message as DiagnosticsChannel.RequestCreateMessage;
  (request.headers as string[]).push('Content-Length', '0');
});
