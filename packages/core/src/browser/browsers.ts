/** How long browsers keep the answer to a preflight at the most; the standard lets each set a limit. */
export const MAX_AGE_LIMIT_SECONDS = { chromium: 7200, firefox: 86_400 } as const;
