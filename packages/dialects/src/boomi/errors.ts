import type { Fault } from '../dialect.ts';
import type { ServiceError } from '../exchange.ts';

/** The methods of all operations of the API, and all that a CORS rule can name. */
const METHODS = 'GET, POST, DELETE';

/** A fault, or one of the answers that only this service has. */
export type BoomiProblem = Fault | 'preflight-refused' | 'credentials-malformed' | 'credentials-wrong';

/**
 * What is refused here, with the statuses of "API errors" where it has one, else those of HTTP. The service has no
 * error codes, only messages; these are ours.
 */
const ERRORS: Readonly<Record<BoomiProblem, readonly [status: number, message: string]>> = {
  'preflight-refused': [401, 'The CORS rules of the account do not allow this method from this origin.'],
  'credentials-missing': [
    401,
    'The request has no credentials. Send user:password, or BOOMI_TOKEN.user:token, by Basic authentication.',
  ],
  'credentials-malformed': [
    401,
    'The Authorization header cannot be read. Send user:password, or BOOMI_TOKEN.user:token, by Basic authentication.',
  ],
  'credentials-wrong': [401, 'There is no such user, or the password or token is wrong.'],
  'permission-denied': [403, 'Access denied due to insufficient permissions.'],
  'request-malformed': [
    400,
    'The request is not well-formed HTTP: check that its target is percent-encoded, that it has exactly one Host, and no transfer coding but chunked.',
  ],
  'headers-too-large': [431, 'The request line and headers are larger than this gateway takes.'],
  'request-timeout': [408, 'The request did not arrive in time.'],
  'policy-too-large': [413, 'The body is larger than this operation takes.'],
  'body-incomplete': [400, 'The body ended before the number of bytes that Content-Length announced.'],
  'method-not-allowed': [
    405,
    'The API has no such method here, and this is no preflight: that is OPTIONS with Origin and Access-Control-Request-Method.',
  ],
  'no-upstream': [
    501,
    'There is no API behind this gateway: start it with --upstream boomi=URL to have requests answered. Preflights are answered without.',
  ],
  'upstream-unreachable': [502, 'The API behind this gateway cannot be reached. Please try again.'],
  'upstream-failed': [502, 'The API behind this gateway broke off its answer. Please try again.'],
  'upstream-timeout': [504, 'The API behind this gateway did not answer in time. Please try again.'],
  'rate-limited': [503, 'There are more requests than the rate limit allows. Please try again later.'],
  unavailable: [503, 'The gateway cannot answer at the moment. Please try again.'],
  internal: [500, 'An internal error happened. Please try again.'],
};

/** An error of the table, with a message of its own where one says more. */
export function boomiError(problem: BoomiProblem, message?: string): ServiceError {
  const [status, wording] = ERRORS[problem];
  return {
    status,
    code: '',
    message: message ?? wording,
    // RFC 9110, section 15.5.6: a 405 has an Allow.
    ...(status === 405 && { headers: [['Allow', METHODS]] }),
  };
}
