/** What is doubtful about a policy that a service takes. Examples are judged by a service of the kind they fit. */
export const LINT_FINDINGS = {
  'origin-never-sent': {
    severity: 'warning',
    example: '"allowedOrigins": ["https://example.com/"]',
    message: 'no browser sends the origin `{value}`: {reason}',
    help: '{correction}',
  },
  'origin-null': {
    severity: 'warning',
    example: '"allowedOrigins": ["null"]',
    message: '`{value}` lets in the origin `null`, which any page can have: a sandboxed frame is enough',
    help: 'serve the page from an origin of its own, and allow that',
  },
  'origin-every': {
    severity: 'info',
    example: '"allowedOrigins": ["*"]',
    message: '`{value}` lets in every origin, as `{admitted}`',
    help: 'keep it for what everybody may read; else name the origins',
  },
  'origin-every-credentials': {
    severity: 'warning',
    example: '"allowedOrigins": ["https://*"]',
    message:
      '`{value}` lets in every origin, as `{admitted}`, and the answer lets it use the cookies of whoever visits it',
    help: 'name the origins that may act for a user',
  },
  'origin-every-writes': {
    severity: 'warning',
    example: '"allowedOrigins": ["*"], "allowedMethods": ["GET", "PUT"]',
    message: '`{value}` lets in every origin, and the rule allows {methods}',
    help: 'allow {methods} in a rule of its own, for the origins that need it',
  },
  'origin-wildcard-scheme': {
    severity: 'warning',
    example: '"allowedOrigins": ["*://example.com"]',
    message:
      'the `*` of `{value}` stands for the scheme too, and lets in `{admitted}`, which is not encrypted',
    help: 'write `https://` before the host',
  },
  'origin-wildcard-open-end': {
    severity: 'warning',
    example: '"allowedOrigins": ["https://example*"]',
    message: 'hosts that `{value}` lets in end as anybody likes, as `{admitted}`',
    help: 'put the `*` before the domain, as in `https://*.example.com`',
  },
  'origin-wildcard-no-dot': {
    severity: 'warning',
    example: '"allowedOrigins": ["https://*example.com"]',
    message: 'there is no dot between the `*` and the domain in `{value}`, which lets in `{admitted}`',
    help: 'write `*.` before the domain, and an entry for the domain itself',
  },
  'origin-wildcard-shared-suffix': {
    severity: 'warning',
    example: '"allowedOrigins": ["https://*.github.io"]',
    message: 'anybody can have a host that `{value}` lets in, as `{admitted}`',
    help: 'name the hosts, or put the `*` before a domain that is yours',
  },
  'origin-wildcard-port': {
    severity: 'info',
    example: '"allowedOrigins": ["https://example.com:*"]',
    message: '`{value}` lets in every port of the host, as `{admitted}`, whoever listens there',
    help: 'name the ports',
  },
  'origin-subdomains': {
    severity: 'info',
    example: '"allowedOrigins": ["https://*.example.com"]',
    message: '`{value}` trusts every host of the domain, as `{admitted}`: one that is taken over is let in',
    help: 'name the hosts, if they are few',
  },
  'origin-shared-host': {
    severity: 'warning',
    example: '"allowedOrigins": ["https://jsfiddle.net"]',
    message: 'anybody can have a page of the origin `{value}`',
    help: 'serve the page from a host of its own, and allow that',
  },
  'origin-insecure': {
    severity: 'info',
    example: '"allowedOrigins": ["http://example.com"]',
    message: 'pages of `{value}` are not encrypted: whoever is on the way can change what they do',
    help: 'serve them with https, and write `https://`',
  },
  'origin-insecure-credentials': {
    severity: 'warning',
    example: '"allowedOrigins": ["http://example.com"]',
    message:
      'pages of `{value}` are not encrypted, and may use the cookies of a user: whoever is on the way can act for them',
    help: 'serve them with https, and write `https://`',
  },
  'origin-loopback': {
    severity: 'info',
    example: '"allowedOrigins": ["http://localhost:3000"]',
    message: '`{value}` is whatever runs on the machine of the visitor',
    help: 'keep it for development',
  },
  'origin-redundant': {
    severity: 'info',
    example: '"allowedOrigins": ["https://*.example.com", "https://www.example.com"]',
    message: '`{value}` says nothing beside {by}',
    help: 'remove it',
  },
  'method-forbidden': {
    severity: 'warning',
    example: '"allowedMethods": ["GET", "TRACE"]',
    message: 'no script can send the method `{value}`',
    help: 'remove it',
  },
  'method-redundant': {
    severity: 'info',
    example: '"allowedMethods": ["GET", "GET"]',
    message: '`{value}` says nothing beside {by}',
    help: 'remove it',
  },
  'header-forbidden': {
    severity: 'info',
    example: '"allowedHeaders": ["Cookie"]',
    message: 'no script can set the header `{value}`, so that no browser asks for it',
    help: 'remove it',
  },
  'header-safelisted': {
    severity: 'info',
    example: '"allowedHeaders": ["Accept"]',
    message: 'the header `{value}` needs no permission, but for values that are long or unusual',
    help: 'remove it, unless pages send such values',
  },
  'header-any-credentials': {
    severity: 'info',
    example: '"allowedHeaders": ["*"]',
    message: 'the rule allows every request header, and the answer lets pages use the cookies of a user',
    help: 'name the headers that pages send',
  },
  'header-redundant': {
    severity: 'info',
    example: '"allowedHeaders": ["x-meta-*", "X-Meta-Author"]',
    message: '`{value}` says nothing beside {by}',
    help: 'remove it',
  },
  'expose-safelisted': {
    severity: 'info',
    example: '"exposeHeaders": ["Content-Type"]',
    message: 'pages can read `{value}` without permission',
    help: 'remove it',
  },
  'expose-forbidden': {
    severity: 'warning',
    example: '"exposeHeaders": ["Set-Cookie"]',
    message: 'no page can read `{value}`, whatever is exposed',
    help: 'remove it, and give pages what they need in another header',
  },
  'expose-sensitive': {
    severity: 'warning',
    example: '"exposeHeaders": ["X-Amz-Security-Token"]',
    message: '`{value}` can hold a secret, and every page that is let in can read it',
    help: 'remove it',
  },
  'expose-any-credentials': {
    severity: 'warning',
    example: '"exposeHeaders": ["*"]',
    message: 'to requests with cookies the `*` exposes nothing: browsers take it for a name there',
    help: 'name the headers that pages read',
  },
  'expose-pattern': {
    severity: 'warning',
    example: '"exposeHeaders": ["x-meta-*"]',
    message:
      'the service answers `{value}` as it stands, and browsers take it for a name: it exposes nothing',
    help: 'name the headers that pages read',
  },
  'expose-redundant': {
    severity: 'info',
    example: '"exposeHeaders": ["ETag", "etag"]',
    message: '`{value}` says nothing beside {by}',
    help: 'remove it',
  },
  'content-type-not-allowed': {
    severity: 'warning',
    example: '"allowedMethods": ["PUT"], "allowedHeaders": []',
    message: 'the rule allows {method}, but no `Content-Type` other than that of a form or of plain text',
    help: 'add the allowed header `content-type`',
  },
  'client-header-not-allowed': {
    severity: 'info',
    example: '"allowedHeaders": ["content-type"]',
    message: 'no rule allows the header `{name}`, without which pages cannot send signed requests',
    help: 'add the allowed header `{name}`, unless pages only use signed URLs and what is public',
  },
  'client-header-not-exposed': {
    severity: 'warning',
    example: '"allowedMethods": ["PUT"], "exposeHeaders": []',
    message: 'the rule allows PUT, but pages cannot read `{name}`, which uploads in parts need',
    help: 'expose `{name}`',
  },
  'max-age-beyond-browsers': {
    severity: 'info',
    example: '"maxAgeSeconds": 604800',
    message: 'browsers do not keep answers for {seconds} seconds: {limits}',
    help: 'count on no more than they keep',
  },
  'max-age-zero': {
    severity: 'info',
    example: '"maxAgeSeconds": 0',
    message: 'no answer to a preflight is kept: each request has one before it',
    help: 'set an age such as 600, once the rule is settled',
  },
  'max-age-unset': {
    severity: 'info',
    example: '"allowedMethods": ["GET"]',
    message: 'the rule has no age for preflight answers: browsers keep them for 5 seconds',
    help: 'set an age such as 600',
  },
  'rule-shadowed': {
    severity: 'warning',
    example:
      '{"rules": [{"allowedOrigins": ["https://*.example.com"], "allowedMethods": ["GET"]}, {"allowedOrigins": ["https://a.example.com"], "allowedMethods": ["GET"]}]}',
    message: 'no request reaches this rule, all are answered before it by {by}',
    help: 'remove it, or put it first',
  },
  'rule-partly-shadowed': {
    severity: 'warning',
    example:
      '{"rules": [{"allowedOrigins": ["https://*.example.com"], "allowedMethods": ["GET"]}, {"allowedOrigins": ["https://a.example.com"], "allowedMethods": ["GET", "PUT"], "maxAgeSeconds": 600}]}',
    message: 'some requests that this rule allows are answered otherwise by {by}: {difference}',
    help: 'put the narrower rule first, or make their answers the same',
  },
  'rule-redundant': {
    severity: 'info',
    example:
      '{"rules": [{"allowedOrigins": ["https://a.example.com"], "allowedMethods": ["GET"]}, {"allowedOrigins": ["https://*.example.com"], "allowedMethods": ["GET"]}]}',
    message: 'no page would notice if this rule was not there: others answer its requests alike',
    help: 'remove it',
  },
  'analysis-incomplete': {
    severity: 'info',
    example: 'a hundred rules for every origin, each with headers of its own',
    message: 'whether rules and entries are needless was not told: too many of them overlap',
    help: 'merge rules for the same origins and methods',
  },
  'policy-empty': {
    severity: 'info',
    example: '{"rules": []}',
    message: 'there is no rule: nothing is allowed, as without a configuration',
    help: 'add a rule, or delete the configuration',
  },
  'limit-near': {
    severity: 'info',
    example:
      '"allowedOrigins": ["https://a.com", "https://b.com", "https://c.com", "https://d.com", "https://e.com"]',
    message: '{what}: {count} of the {limit} that the service takes',
    help: 'use wildcards, or merge what belongs together, before the limit is met',
  },
} as const;

export type LintCode = keyof typeof LINT_FINDINGS;
