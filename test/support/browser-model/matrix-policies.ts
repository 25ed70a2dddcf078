import { type Policy, type Profile, type Rule, validate } from '@crossgate/core';
import type { BrowserSite } from './browser-site.ts';

const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'MERGE', 'OPTIONS'];

/** Policies about the pages of a site, in the form that each service takes; those that it has no form for are left out. */
export function matrixPolicies(
  { origins }: Pick<BrowserSite, 'origins'>,
  profile: Profile,
): readonly Policy[] {
  const port = origins.address.slice(origins.address.lastIndexOf(':'));
  const rule: Rule = { allowedOrigins: [], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] };
  const policies: readonly (readonly Rule[])[] = [
    [],
    [{ ...rule, allowedOrigins: [origins.address], allowedMethods: ['GET', 'PUT'], exposeHeaders: ['ETag'] }],
    [
      {
        ...rule,
        allowedOrigins: ['*'],
        allowedMethods: ALL_METHODS,
        allowedHeaders: ['*'],
        exposeHeaders: ['*'],
        maxAgeSeconds: 600,
      },
    ],
    [
      {
        ...rule,
        allowedOrigins: [`http://*.localhost${port}`],
        allowedMethods: ALL_METHODS,
        allowedHeaders: ['x-*', 'content-type', 'authorization'],
        exposeHeaders: ['x-cos-request-id', 'X-MS-*', 'date'],
      },
    ],
    [
      {
        ...rule,
        allowedOrigins: [`http://*localhost${port}`],
        allowedMethods: ['*'],
        allowedHeaders: ['X-A', 'Range', 'Accept'],
      },
    ],
    [
      {
        ...rule,
        allowedOrigins: ['null'],
        allowedMethods: ['GET', 'POST', 'DELETE'],
        allowedHeaders: ['*'],
        exposeHeaders: ['ETag', 'Set-Cookie', 'Content-Type'],
        maxAgeSeconds: 0,
      },
    ],
    [
      {
        ...rule,
        allowedOrigins: [origins.localhost],
        allowedMethods: ['GET', 'DELETE'],
        allowedHeaders: ['x-a'],
      },
      {
        ...rule,
        allowedOrigins: ['*'],
        allowedMethods: ['PUT', 'POST'],
        allowedHeaders: ['authorization', '*'],
      },
    ],
    [
      {
        ...rule,
        allowedOrigins: [origins.localhost],
        allowedMethods: ALL_METHODS,
        allowedHeaders: ['*'],
        exposeHeaders: ['*'],
      },
    ],
  ];
  return policies
    .map(rules => ({ rules: rules.map(each => asTaken(each, profile)) }))
    .filter(policy => validate(policy, profile).every(({ severity }) => severity !== 'error'));
}

/** The rule without what the service does not have, and with what it asks for. */
function asTaken(rule: Rule, { methods, fields, limits }: Profile): Rule {
  const { maxAgeSeconds = limits.maxAgeSeconds.required ? 60 : undefined } = rule;
  return {
    allowedOrigins: rule.allowedOrigins,
    allowedMethods:
      rule.allowedMethods[0] === '*' && !methods.any
        ? methods.known
        : rule.allowedMethods.filter(method => method === '*' || methods.known.includes(method)),
    allowedHeaders: fields.includes('allowedHeaders') ? rule.allowedHeaders : [],
    exposeHeaders: fields.includes('exposeHeaders') ? rule.exposeHeaders : [],
    ...(maxAgeSeconds !== undefined && fields.includes('maxAgeSeconds') && { maxAgeSeconds }),
  };
}
