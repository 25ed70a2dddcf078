import { type AdminReply, json } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';

/** Where a service is reached from this machine; a listener on every address also has that of the loopback. */
export function serviceOrigin(origin: string): string {
  return origin.replace(/\/\/(?:0\.0\.0\.0|\[::\])(?=:\d+$)/, '//127.0.0.1');
}

/** `GET /api/v1/services`: each service with the profile that it is read by here, and whom to try it with. */
export function listServices({ dialects, listeners }: AdminCall): AdminReply {
  return json(200, {
    services: dialects.map(({ id, title, tenantNoun, profile, example, policyApi }) => {
      const listener = listeners.find(({ dialect }) => dialect === id);
      return {
        dialect: id,
        title,
        tenantNoun,
        origin: listener ? serviceOrigin(listener.origin) : null,
        example,
        hasDocument: policyApi !== undefined,
        profile,
      };
    }),
  });
}
