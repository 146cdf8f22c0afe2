import type { Hukz } from '../../packages/client/src/hukz.js';
import { CommandFailed } from '../command-failed.js';
import { resolveSecret } from '../connection/secret-reference.js';
import type { Columns } from '../output/columns.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { readText } from './body.js';
import { given } from './given.js';
import { WEBHOOK_COLUMNS } from './webhook-columns.js';

type Webhooks = Hukz['webhooks'];
type TestAttempt = Awaited<ReturnType<Webhooks['test']>>;
type CredentialsTest = Awaited<ReturnType<Webhooks['testAuth']>>;
type ParkedKey = Awaited<ReturnType<Webhooks['keys']>>['nodes'][number];
type Account = Awaited<ReturnType<Hukz['accounting']>>;

const TEST: Columns<TestAttempt> = [
  { name: 'delivered', colour: ({ delivered }) => (delivered ? 'green' : 'red') },
  { name: 'response_status_code' },
  { name: 'error' },
  { name: 'duration_ms' },
];
const CREDENTIALS: Columns<CredentialsTest> = [
  { name: 'type' },
  { name: 'ok', colour: ({ ok }) => (ok ? 'green' : 'red') },
  { name: 'error' },
];
const KEYS: Columns<ParkedKey> = [
  { name: 'order_key' },
  { name: 'value' },
  { name: 'owed' },
  { name: 'attempts' },
  { name: 'due_at' },
  { name: 'delivery_id', isWide: true },
  { name: 'received_at', isWide: true },
];
const ACCOUNT: Columns<Account> = [
  { name: 'accepted' },
  { name: 'delivered' },
  { name: 'pending' },
  { name: 'held' },
  { name: 'dead' },
  { name: 'cancelled' },
  { name: 'lost' },
];

const referenceIn = (args: readonly string[]) => readReference(args[0] ?? '', 'a webhook');

/** Sends a test request. The exit code says whether the receiver accepted it. */
export async function testWebhook(
  session: Session,
  { args, options }: Input<{ readonly subject?: string; readonly payload?: string }>,
): Promise<void> {
  const { subject, payload } = options;
  const sample = {
    ...given({ subject }),
    ...(payload !== undefined && { payload: await readPayload(session, payload) }),
  };
  const call = session.hukz.webhooks.test(referenceIn(args), sample);
  await session.out.one(call, TEST);
  if ((await call).delivered) return;
  throw new CommandFailed('The receiver did not accept the test request.', { advice: 'The fields above say why.' });
}

async function readPayload(session: Session, argument: string): Promise<unknown> {
  const text = await readText(session, argument);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export async function testWebhookAuth({ hukz, out }: Session, { args }: Input<object>): Promise<void> {
  const call = hukz.webhooks.testAuth(referenceIn(args));
  await out.one(call, CREDENTIALS);
  if (!(await call).ok)
    throw new CommandFailed('The credentials do not work.', { advice: 'The fields above say why.' });
}

export async function resumeWebhook(
  { hukz, out }: Session,
  { args, options }: Input<{ readonly rate?: string; readonly dropOlderThan?: string }>,
): Promise<void> {
  const { rate, dropOlderThan: drop_older_than } = options;
  const call = hukz.webhooks.resume(referenceIn(args), given({ rate, drop_older_than }));
  await out.done(call, `Webhook ${args[0]} is resumed.`, args[0] ?? '');
}

/** The secret is shown once, so it is the only line of a table. */
export async function rotateSecret(
  session: Session,
  { args, options }: Input<{ readonly overlap?: string; readonly secret?: string }>,
): Promise<void> {
  const { overlap, secret } = options;
  const id = args[0] ?? '';
  await session.confirm(`Rotate the secret of webhook ${id}? Its receiver needs the new one before the overlap ends.`);
  const call = session.hukz.webhooks.rotateSecret(
    referenceIn(args),
    given({ overlap, secret: secret && (await resolveSecret(secret, session.here)) }),
  );
  const isForPeople = session.out.format === 'table' || session.out.format === 'wide';
  const shown = (await call).secret;
  if (!isForPeople) await session.out.one(call, WEBHOOK_COLUMNS);
  else if (shown === undefined) session.say(`Webhook ${id} signs with the given secret from now on.`);
  else session.out.text(shown);
}

export async function listOrderedKeys({ hukz, out }: Session, { args }: Input<object>): Promise<void> {
  const { nodes } = await hukz.webhooks.keys(referenceIn(args));
  await out.rows(nodes, KEYS);
}

/** The account of a webhook: the deliveries that it was owed, and what they are now. */
export async function showStats(
  { hukz, out }: Session,
  { args, options }: Input<{ readonly since?: string; readonly until?: string }>,
): Promise<void> {
  const { since, until } = options;
  await out.one(hukz.accounting({ webhook_id: referenceIn(args), ...given({ since, until }) }), ACCOUNT);
}
