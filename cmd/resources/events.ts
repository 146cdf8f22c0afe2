import type { Event } from '../../packages/client/src/resources/events.js';
import type { Columns } from '../output/columns.js';
import type { PageOptions } from '../output/output.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { given } from './given.js';

const COLUMNS: Columns<Event> = [
  { name: 'id' },
  { name: 'key' },
  { name: 'event' },
  { name: 'name' },
  { name: 'tags', isWide: true },
  { name: 'publish_only', isWide: true },
  { name: 'managed_by', isWide: true },
  { name: 'updated_at', isWide: true },
];

interface ListOptions extends PageOptions {
  readonly cursor?: string;
  readonly tag?: string[];
  readonly managedBy?: string;
}

export async function listEvents({ hukz, out }: Session, { options }: Input<ListOptions>): Promise<void> {
  const { tag, cursor, managedBy: managed_by } = options;
  await out.list(hukz.events.list(given({ tag, cursor, managed_by })), COLUMNS, options);
}

export async function showEvent({ hukz, out }: Session, { args: [event = ''] }: Input<object>): Promise<void> {
  await out.one(hukz.events.get(readReference(event, 'an event')), COLUMNS);
}
