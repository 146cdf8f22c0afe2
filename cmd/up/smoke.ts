import { setTimeout as sleep } from 'node:timers/promises';
import got, { HTTPError } from 'got';
import { CommandFailed } from '../command-failed.js';
import type { Invocation } from '../invocation.js';
import { connectNats } from '../try/connect-nats.js';
import { openReceiver, type ReceivedRequest, showRequest } from '../try/open-receiver.js';
import { signatureProblem } from '../try/verify-signature.js';
import { findUpLogin, type UpLogin } from './up-login.js';
import { findUpState } from './up-state.js';

const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 100;
/**
 * The payload has a number that no double can represent, a duplicate key and spaces: all of them must reach the
 * receiver unchanged.
 */
const PAYLOAD = '{ "hello": "world", "number": 12345678901234567890, "twice": 1, "twice": 2 }';

/**
 * `hukz smoke`: creates an event and a webhook in a running `up`, publishes a message, shows the request and its log,
 * and deletes everything again.
 */
export async function smoke(here: Invocation): Promise<void> {
  const running = await findUpState(here.cwd);
  if (!running) throw new CommandFailed('"hukz up" is not running in this directory: start it with npm run up');
  const api = makeApiClient(running.api, await findUpLogin(here.cwd, running));
  const requests: ReceivedRequest[] = [];
  const onRequest = (request: ReceivedRequest) => void requests.push(request);
  const receiver = await openReceiver({ port: 0, status: 200, delayMs: 0, onRequest });
  const subject = `smoke.${Date.now()}`;
  const made: string[] = [];
  try {
    const event = await api.create('/events', { name: 'Smoke', event: subject });
    made.push(`/events/${event.id}`);
    const url = `http://127.0.0.1:${receiver.port}/smoke`;
    const webhook = await api.create('/webhooks', { name: 'Smoke', url, event_ids: [event.id] });
    made.push(`/webhooks/${webhook.id}`);
    await send(here, subject);
    const request = await found(() => requests[0], 'no request reached the receiver');
    print('The receiver got', showRequest(request));
    const problem = await signatureProblem(webhook.secret ?? '', request);
    if (problem) throw new CommandFailed(`the signature is wrong: ${problem}`);
    print('Its signature', 'correct: it matches the secret in the response to POST /webhooks');
    // The row is written after the response has arrived: it follows the request by some milliseconds.
    const log = await found(() => api.findLog(webhook.id), 'the delivery got no log row');
    print('Its log, as GET /webhooks/logs returns it', log);
  } finally {
    for (const path of made.reverse()) await api.remove(path);
    receiver.close();
  }
}

function makeApiClient(base: string, { token, user }: UpLogin) {
  const client = got.extend({
    prefixUrl: base,
    headers: token === undefined ? { 'x-user': user } : { authorization: `Bearer ${token}` },
    timeout: { request: PATIENCE_MS },
    retry: { limit: 0 },
    followRedirect: false,
    hooks: { beforeError: [(error) => (error instanceof HTTPError ? withAnswer(error) : error)] },
  });
  return {
    create: (path: string, body: object) =>
      client.post(path.slice(1), { json: body }).json<{ id: number; secret?: string }>(),
    /** Returns the bytes of the response: it contains the payload, which parsing and writing JSON would change. */
    async findLog(webhookId: number): Promise<string | undefined> {
      const searchParams = { webhook_id: webhookId };
      const text = await client.get('webhooks/logs', { searchParams }).text();
      return (JSON.parse(text) as { total: number }).total > 0 ? text : undefined;
    },
    remove: (path: string) => client.delete(path.slice(1)),
  };
}

/** Adds the response body to the error, because the body gives the reason. */
function withAnswer(error: HTTPError): HTTPError {
  error.message += `: ${String(error.response.body)}`;
  return error;
}

async function send(here: Invocation, subject: string): Promise<void> {
  const connection = await connectNats(here);
  connection.publish(subject, PAYLOAD);
  await connection.drain();
}

async function found<T>(look: () => T | Promise<T>, failure: string): Promise<NonNullable<T>> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const value = await look();
    if (value !== undefined && value !== null) return value;
    await sleep(LOOK_EVERY_MS);
  }
  throw new CommandFailed(`${failure} within ${PATIENCE_MS / 1000} s`);
}

function print(title: string, bytes: Buffer | string): void {
  process.stdout.write(`\n${title}:\n\n`);
  process.stdout.write(bytes);
  process.stdout.write('\n');
}
