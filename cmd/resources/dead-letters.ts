import type { Hukz } from '../../packages/client/src/hukz.js';
import { usageError } from '../command-failed.js';
import type { Columns } from '../output/columns.js';
import type { PageOptions } from '../output/output.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { printChanged } from './change-many.js';
import { retryDeliveries } from './deliveries.js';
import { given } from './given.js';

type DeadLetter = Awaited<ReturnType<Hukz['deadLetters']['list']>>['nodes'][number];

const COLUMNS: Columns<DeadLetter> = [
  { name: 'id' },
  { name: 'because' },
  { name: 'event' },
  { name: 'webhook_id' },
  { name: 'attempts' },
  { name: 'died_at' },
  { name: 'message_id', isWide: true },
  { name: 'received_at', isWide: true },
  { name: 'space_id', isWide: true },
];

interface Filters {
  readonly webhook?: string;
  readonly event?: string;
  readonly since?: string;
  readonly until?: string;
}

interface ListOptions extends PageOptions, Filters {
  readonly cursor?: string;
  readonly tag?: string[];
}

export async function listDeadLetters({ hukz, out }: Session, { options }: Input<ListOptions>): Promise<void> {
  const { cursor, tag, event, since, until } = options;
  const query = given({ cursor, tag, event, since, until, webhook_id: webhookIn(options) });
  await out.list(hukz.deadLetters.list(query), COLUMNS, options);
}

/** Sends dead letters again: those with the given ids, or all that the filters select. */
export async function retryDeadLetters(
  session: Session,
  { args, options }: Input<Filters & { readonly all?: true }>,
): Promise<void> {
  const { event, since, until, all } = options;
  const filter = given({ event, since, until, webhook: webhookIn(options) });
  if (!all && Object.keys(filter).length > 0)
    throw usageError('Filters select dead letters with --all only.', 'Add --all.');
  if (!all) return retryDeliveries(session, { args, options });
  if (args.length > 0) throw usageError('Give ids or --all, not both.');
  const which = Object.keys(filter).length === 0 ? 'all dead letters' : 'all dead letters that the filters select';
  await session.confirm(`Send ${which} again?`);
  await printChanged(session, await session.hukz.deadLetters.retryAll(filter));
}

const webhookIn = ({ webhook }: Filters) => (webhook === undefined ? undefined : readReference(webhook, 'a webhook'));
