import type { Hukz } from '../../packages/client/src/hukz.js';
import type { Delivery } from '../../packages/client/src/resources/deliveries.js';
import type { Columns } from '../output/columns.js';
import type { PageOptions } from '../output/output.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { changeByIds } from './change-many.js';
import { requireIds } from './each-of.js';
import { given } from './given.js';
import { colourOfState } from './states.js';

type Query = NonNullable<Parameters<Hukz['deliveries']['list']>[0]>;
type Listed = Awaited<ReturnType<Hukz['deliveries']['list']>>['nodes'][number];

const LISTED: Columns<Listed> = [
  { name: 'id' },
  { name: 'state', colour: ({ state }) => colourOfState(state) },
  { name: 'event' },
  { name: 'webhook_id' },
  { name: 'attempts' },
  { name: 'due_at' },
  { name: 'because', isWide: true },
  { name: 'message_id', isWide: true },
  { name: 'received_at', isWide: true },
  { name: 'ended_at', isWide: true },
];
const ONE: Columns<Delivery> = [
  { name: 'id' },
  { name: 'state', colour: ({ state }) => colourOfState(state) },
  { name: 'because' },
  { name: 'event', of: ({ message }) => message.subject },
  { name: 'webhook', of: ({ webhook }) => `${webhook.id} ${webhook.url}` },
  { name: 'message', of: ({ message }) => message.id },
  { name: 'due_at' },
  { name: 'attempts', of: ({ attempts }) => attempts.map(attemptInWords) },
  { name: 'request', of: ({ request }) => request && `${request.method} ${request.url}` },
];

function attemptInWords({ attempt, outcome, response_status_code: status, error }: Delivery['attempts'][number]) {
  return `${attempt}: ${outcome} ${status ?? error ?? ''}`.trimEnd();
}

interface ListOptions extends PageOptions {
  readonly cursor?: string;
  readonly webhook?: string;
  readonly state?: NonNullable<Query['state']>;
  readonly event?: string;
  readonly since?: string;
  readonly until?: string;
}

export async function listDeliveries({ hukz, out }: Session, { options }: Input<ListOptions>): Promise<void> {
  const { cursor, state, event, since, until } = options;
  const webhook = options.webhook === undefined ? undefined : readReference(options.webhook, 'a webhook');
  await out.list(hukz.deliveries.list(given({ cursor, state, event, since, until, webhook })), LISTED, options);
}

export async function showDelivery({ hukz, out }: Session, { args: [id = ''] }: Input<object>): Promise<void> {
  await out.one(hukz.deliveries.get(id), ONE);
}

export async function retryDeliveries(session: Session, { args }: Input<object>): Promise<void> {
  const [id = '', ...more] = await requireIds(session, args);
  if (more.length === 0) await session.out.done(session.hukz.deliveries.retry(id), `Delivery ${id} is sent again.`, id);
  else await changeByIds(session, [id, ...more], (hukz, ids) => hukz.deliveries.retryMany(ids));
}

export async function cancelDeliveries(session: Session, { args }: Input<object>): Promise<void> {
  const [id = '', ...more] = await requireIds(session, args);
  await session.confirm(`Cancel ${more.length === 0 ? `delivery ${id}` : `${more.length + 1} deliveries`}?`);
  if (more.length === 0) await session.out.done(session.hukz.deliveries.cancel(id), `Delivery ${id} is cancelled.`, id);
  else await changeByIds(session, [id, ...more], (hukz, ids) => hukz.deliveries.cancelMany(ids));
}
