import type { Hukz } from '../../packages/client/src/hukz.js';
import type { Message } from '../../packages/client/src/resources/messages.js';
import type { Columns } from '../output/columns.js';
import type { PageOptions } from '../output/output.js';
import type { Input, Session } from '../session/session.js';
import { eachOf } from './each-of.js';
import { given } from './given.js';

type Listed = Awaited<ReturnType<Hukz['messages']['list']>>['nodes'][number];

const LISTED: Columns<Listed> = [
  { name: 'id' },
  { name: 'received_at' },
  { name: 'event' },
  { name: 'bytes' },
  { name: 'webhooks' },
  { name: 'because', isWide: true },
];
const ONE: Columns<Message> = [
  { name: 'id' },
  { name: 'received_at' },
  { name: 'event' },
  { name: 'bytes' },
  { name: 'payload', of: ({ payloadBytes }) => new TextDecoder().decode(payloadBytes) },
  {
    name: 'webhooks',
    of: ({ webhooks }) => webhooks.map((one) => `${one.webhook_id}: ${one.state} (${one.delivery_id})`),
  },
];

interface ListOptions extends PageOptions {
  readonly cursor?: string;
  readonly event?: string;
  readonly since?: string;
  readonly until?: string;
  readonly matched?: boolean;
}

export async function listMessages({ hukz, out }: Session, { options }: Input<ListOptions>): Promise<void> {
  const { cursor, event, since, until, matched } = options;
  await out.list(hukz.messages.list(given({ cursor, event, since, until, matched })), LISTED, options);
}

export async function showMessage({ hukz, out }: Session, { args: [id = ''] }: Input<object>): Promise<void> {
  await out.one(hukz.messages.get(id), ONE);
}

/** Cancels what delayed messages owe that is not due yet. */
export async function cancelMessages(session: Session, { args }: Input<object>): Promise<void> {
  await session.confirm(
    `Cancel ${args.includes('-') ? 'the delayed messages' : `the delayed message ${args.join(', ')}`}?`,
  );
  await eachOf(session, args, async (id) => {
    await session.out.done(session.hukz.messages.cancel(id), `Message ${id} is cancelled.`, id);
  });
}
