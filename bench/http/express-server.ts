// express with cors, as its documentation has it.
import type { AddressInfo } from 'node:net';
import cors from 'cors';
import express from 'express';
import { tellReady } from '../harness/child.ts';
import { HEADERS, MAX_AGE_SECONDS, METHODS, ORIGINS } from './preflight.ts';

const app = express();
app.use(
  cors({
    origin: [...ORIGINS],
    methods: [...METHODS],
    allowedHeaders: [...HEADERS],
    maxAge: MAX_AGE_SECONDS,
    credentials: true,
  }),
);
const server = app.listen(0, '127.0.0.1', () => {
  tellReady({ main: (server.address() as AddressInfo).port });
});
