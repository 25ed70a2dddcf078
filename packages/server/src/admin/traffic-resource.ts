import { mergeTraffic } from '../observed/traffic.ts';
import { type AdminReply, json } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';

/** `GET /api/v1/traffic`: how much was asked of each tenant since its process was started. */
export async function listTraffic({ ask }: AdminCall): Promise<AdminReply> {
  return json(200, { traffic: mergeTraffic(await ask({ kind: 'traffic' })) });
}
