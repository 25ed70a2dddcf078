// The floor: bare node:http, one listener for each service, that sends the bytes which Crossgate sends, whatever it is
// asked.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { moduleInput, type Running, startModule, tellReady } from '../harness/child.ts';
import type { RawAnswer } from '../harness/raw-answer.ts';
import { sameAnswer } from '../servers/same-answer.ts';

/** By the name of the service: what is sent. */
export type FloorAnswers = Readonly<Record<string, RawAnswer>>;

export function startFloor(answers: FloorAnswers): Promise<Running> {
  return startModule(new URL('floor-server.js', import.meta.url), answers);
}

function listen(answer: RawAnswer): Promise<Server> {
  const { options, send } = sameAnswer(answer);
  const server = createServer(options, (_request, response) => send(response));
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function main(answers: FloorAnswers): Promise<void> {
  const ports: Record<string, number> = {};
  for (const [name, answer] of Object.entries(answers)) {
    ports[name] = ((await listen(answer)).address() as AddressInfo).port;
  }
  tellReady(ports);
}

if (import.meta.filename === process.argv[1]) await main(moduleInput());
