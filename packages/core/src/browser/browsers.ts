export type BrowserName = 'chromium' | 'firefox';

/**
 * How long browsers keep the answer to a preflight at the most; the standard lets each set a limit. From their sources:
 * `kMaxTimeout` in Chromium's `preflight_result.cc`, and `AddResultToCache` in Firefox's `nsCORSListenerProxy.cpp`.
 */
export const MAX_AGE_LIMIT_SECONDS: Readonly<Record<BrowserName, number>> = {
  chromium: 7200,
  firefox: 86_400,
};
