import { type AdminReply, json } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';

/**
 * Where a service is reached by who has asked for `host`: a listener on every address has that one too.
 *
 * @param host as in `Host`; what is none is taken for this machine
 */
export function serviceOrigin(origin: string, host: string | undefined): string {
  const own = /^([\w-]+(?:\.[\w-]+)*\.?|\[[\da-f:.]+\])(?::\d{1,5})?$/i.exec(host ?? '')?.[1];
  return origin.replace(/\/\/(?:0\.0\.0\.0|\[::\])(?=:\d+$)/, `//${own ?? '127.0.0.1'}`);
}

/** `GET /api/v1/services`: each service with the profile that it is read by here, and whom to try it with. */
export function listServices({ dialects, listeners, request }: AdminCall): AdminReply {
  return json(200, {
    services: dialects.map(({ id, title, tenantNoun, profile, example, policyApi }) => {
      const listener = listeners.find(({ dialect }) => dialect === id);
      return {
        dialect: id,
        title,
        tenantNoun,
        origin: listener ? serviceOrigin(listener.origin, request.headers.host) : null,
        example,
        hasDocument: policyApi !== undefined,
        profile,
      };
    }),
  });
}
