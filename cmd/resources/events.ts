import type { Event } from '../../packages/client/src/resources/events.js';
import type { Columns } from '../output/columns.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { eachOf } from './each-of.js';
import { given } from './given.js';
import { type NamedFieldOptions, namedFields } from './named-fields.js';
import { type NamedListOptions, namedQuery } from './named-lists.js';

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

interface ListOptions extends NamedListOptions {
  readonly subject?: string[];
}

interface FieldOptions extends NamedFieldOptions {
  readonly subject?: string;
  readonly publishOnly?: boolean;
}

export async function listEvents({ hukz, out }: Session, { options }: Input<ListOptions>): Promise<void> {
  const query = { ...namedQuery(options), ...given({ event: options.subject }) };
  await out.list(hukz.events.list(query), COLUMNS, options);
}

export async function showEvent({ hukz, out }: Session, { args: [event = ''] }: Input<object>): Promise<void> {
  await out.one(hukz.events.get(readReference(event, 'an event')), COLUMNS);
}

export async function createEvent(session: Session, { args, options }: Input<FieldOptions>): Promise<void> {
  const [event = ''] = args;
  const fields = await eventFields(session, options);
  await session.out.one(session.hukz.events.create({ ...fields, event }), COLUMNS);
}

export async function updateEvent(session: Session, { args, options }: Input<FieldOptions>): Promise<void> {
  const [event = ''] = args;
  const fields = { ...(await eventFields(session, options)), ...given({ event: options.subject }) };
  await session.out.one(session.hukz.events.update(readReference(event, 'an event'), fields), COLUMNS);
}

async function eventFields(session: Session, options: FieldOptions) {
  return { ...(await namedFields(session, options)), ...given({ publish_only: options.publishOnly }) };
}

export async function deleteEvents(session: Session, { args }: Input<object>): Promise<void> {
  await session.confirm(`Delete ${args.includes('-') ? 'the events' : `event ${args.join(', ')}`}?`);
  await eachOf(session, args, async (id) => {
    const call = session.hukz.events.delete(readReference(id, 'an event'));
    await session.out.done(call, `Event ${id} is deleted.`, id);
  });
}
