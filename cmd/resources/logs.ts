import type { Hukz } from '../../packages/client/src/hukz.js';
import type { Log } from '../../packages/client/src/resources/logs.js';
import { usageError } from '../command-failed.js';
import type { Columns } from '../output/columns.js';
import type { PageOptions } from '../output/output.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { given } from './given.js';
import { colourOfState } from './states.js';

type Query = NonNullable<Parameters<Hukz['logs']['list']>[0]>;
type Listed = Awaited<ReturnType<Hukz['logs']['list']>>['nodes'][number];

export const LOG_COLUMNS: Columns<Listed | Log> = [
  { name: 'id' },
  { name: 'created_at' },
  { name: 'outcome', colour: ({ outcome }) => colourOfState(outcome) },
  { name: 'status', of: (log) => log.response_status_code },
  { name: 'event' },
  { name: 'webhook_id' },
  { name: 'attempt' },
  { name: 'error' },
  { name: 'duration_ms', isWide: true },
  { name: 'url', isWide: true },
  { name: 'delivery_id', isWide: true },
  { name: 'message_id', isWide: true },
];

interface ListOptions extends PageOptions {
  readonly cursor?: string;
  readonly tag?: string[];
  readonly webhook?: string;
  readonly event?: string;
  readonly outcome?: NonNullable<Query['outcome']>;
  readonly status?: number;
  readonly since?: string;
  readonly until?: string;
}

export async function listLogs({ hukz, out }: Session, { options }: Input<ListOptions>): Promise<void> {
  const { cursor, tag, event, outcome, status, since, until } = options;
  const webhook_id = options.webhook === undefined ? undefined : readReference(options.webhook, 'a webhook');
  const query = given({ cursor, tag, event, outcome, status, since, until, webhook_id });
  await out.list(hukz.logs.list(query), LOG_COLUMNS, options);
}

export async function showLog({ hukz, out }: Session, { args: [id = ''] }: Input<object>): Promise<void> {
  if (!/^\d{1,15}$/.test(id)) throw usageError(`"${id}" is not the id of a log.`, 'Take it from "hukz log list".');
  await out.one(hukz.logs.get(Number(id)), LOG_COLUMNS);
}
