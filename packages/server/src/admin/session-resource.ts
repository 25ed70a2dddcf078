import { addressOf, whoIs } from './access/door.ts';
import { type AdminReply, json } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import { instant } from './instant.ts';
import { readJson } from './read-body.ts';
import { readShape } from './read-shape.ts';
import { LOG_IN } from './schemas.ts';

/** A token with JSON around it. Anybody can send one. */
const BODY_LIMIT_BYTES = 4096;

/** `POST /api/v1/session`: shows a token, and has a cookie for it. */
export async function logIn(call: AdminCall): Promise<AdminReply> {
  const body = await readJson(call, BODY_LIMIT_BYTES);
  if ('refused' in body) return body.refused;
  const shape = readShape(LOG_IN, body.value);
  if ('refused' in shape) return shape.refused;
  const entered = call.door.logIn(call.request, shape.value.token);
  if ('refused' in entered) return entered.refused;
  tell(call, 'session.begin', whoIs(entered.identity));
  return json(200, shown(entered.identity), entered.headers);
}

/** `GET /api/v1/session`: who asks. */
export function showSession({ identity }: AdminCall): AdminReply {
  return json(200, shown(identity));
}

/** `DELETE /api/v1/session`: ends it. */
export function logOut(call: AdminCall): AdminReply {
  const { ended, headers } = call.door.logOut(call.request);
  if (ended) tell(call, 'session.end', whoIs(ended));
  return json(200, { ended: ended !== undefined }, headers);
}

function tell({ audit, request }: AdminCall, operation: string, who: string): void {
  const { method = '' } = request;
  audit({ who, address: addressOf(request), operation, method, outcome: 'done', status: 200 });
}

function shown(identity: AdminCall['identity']): object {
  if (identity?.kind !== 'token') return { access: 'loopback', name: null, role: 'all', endsAt: null };
  const { name, role, endsAt } = identity;
  return { access: 'token', name, role, endsAt: endsAt === undefined ? null : instant(endsAt) };
}
