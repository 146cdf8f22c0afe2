import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import express from 'express';
import { authenticateUser } from '../../identity/authenticate.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { identifyCaller } from './caller.js';
import { scopedEndpoint } from './endpoint.js';
import { makeErrorHandler } from './error-answer.js';
import { LargeAnswers } from './large-answers.js';
import { handlerFor } from './send-answer.js';
import { Turnstile } from './turnstile.js';

const SEATS = 3;
const PART = `"${'x'.repeat(64 * 1024)}"`;
/** More than the buffers of both sockets take. */
const PARTS = 500;

let server: Server;
let cuts = 0;

beforeAll(async () => {
  async function* parts() {
    yield '[';
    for (let n = 1; n < PARTS; n++) yield `${PART},`;
    yield `${PART}]`;
  }
  const words = { method: 'get', path: '/large', operationId: 'getLarge', summary: 'A large answer' } as const;
  const endpoint = scopedEndpoint({ ...words, answers: {}, scope: 'logs:read' }, async () => ({
    status: 200,
    jsonParts: parts(),
  }));
  // The clock shows one time, so that no answer counts as one that is not read.
  const large = new LargeAnswers(
    () => 0,
    () => cuts++,
    SEATS,
  );
  const turnstile = new Turnstile({ max: SEATS, refusal: 'too many lists' });
  const app = express();
  app.get(
    '/large',
    identifyCaller({
      authenticate: authenticateUser,
      logins: { user: true, token: false },
      refusals: { add: () => undefined, running: () => [] },
    }),
    handlerFor(
      endpoint,
      { turnstile, large },
      { answerOnce: (_, work) => work().then((answer) => ({ answer, isReplayed: false })), trail: {} },
    ),
  );
  app.use(makeErrorHandler(makeTestLogger()));
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Resolves with the head of the answer, of which nothing else is read. */
async function ask(user: number): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  const request = get({ port, host: '127.0.0.1', path: '/large', agent: false, headers: { 'x-user': String(user) } });
  request.on('error', () => undefined);
  const [answer] = await once(request, 'response');
  answer.on('error', () => undefined);
  return answer;
}

async function read(answer: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of answer) bytes += chunk.length;
  return bytes;
}

it('a user who reads no large answer has all seats, but another user gets one at once', async () => {
  const unread: IncomingMessage[] = [];
  for (let n = 0; n < SEATS; n++) unread.push(await ask(1));
  expect(unread.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  expect((await ask(1)).statusCode).toBe(503);
  const answer = await ask(2);
  expect([answer.statusCode, cuts]).toEqual([200, 1]);
  expect(await read(answer)).toBe(PARTS * (PART.length + 1) + 1);
  for (const each of unread) each.destroy();
});
