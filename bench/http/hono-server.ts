// hono on Node with hono/cors, as its documentation has it.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { tellReady } from '../harness/child.ts';
import { HEADERS, MAX_AGE_SECONDS, METHODS, ORIGINS } from './preflight.ts';

const app = new Hono();
app.use(
  '*',
  cors({
    origin: [...ORIGINS],
    allowMethods: [...METHODS],
    allowHeaders: [...HEADERS],
    maxAge: MAX_AGE_SECONDS,
    credentials: true,
  }),
);
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => tellReady({ main: port }));
