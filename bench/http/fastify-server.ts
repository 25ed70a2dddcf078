// fastify with @fastify/cors, as its documentation has it.
import type { AddressInfo } from 'node:net';
import cors from '@fastify/cors';
import fastify from 'fastify';
import { tellReady } from '../harness/child.ts';
import { HEADERS, MAX_AGE_SECONDS, METHODS, ORIGINS } from './preflight.ts';

const app = fastify();
await app.register(cors, {
  origin: [...ORIGINS],
  methods: [...METHODS],
  allowedHeaders: [...HEADERS],
  maxAge: MAX_AGE_SECONDS,
  credentials: true,
});
await app.listen({ port: 0, host: '127.0.0.1' });
tellReady({ main: (app.server.address() as AddressInfo).port });
