import { HukzError } from '../../packages/client/src/hukz-error.js';
import type { Reference } from '../../packages/client/src/resources/reference.js';
import type { Space } from '../../packages/client/src/resources/spaces.js';
import { usageError } from '../command-failed.js';
import type { Columns } from '../output/columns.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { given } from './given.js';
import { type NamedFieldOptions, namedFields } from './named-fields.js';
import { type NamedListOptions, namedQuery } from './named-lists.js';

const COLUMNS: Columns<Space> = [
  { name: 'id' },
  { name: 'key' },
  { name: 'name' },
  { name: 'webhooks' },
  { name: 'isolation', isWide: true },
  { name: 'subject', isWide: true },
  { name: 'limits', isWide: true },
  { name: 'defaults', isWide: true },
  { name: 'tags', isWide: true },
  { name: 'managed_by', isWide: true },
  { name: 'updated_at', isWide: true },
];

interface SpaceOptions extends NamedFieldOptions {
  readonly isolation?: 'open' | 'strict';
  readonly subjectToken?: number;
  readonly subjectHeader?: string;
  readonly maxWebhooks?: number;
  readonly maxMessagesPerSecond?: number;
  readonly maxMessageBytes?: number;
  readonly maxPending?: number;
}

interface CreateOptions extends SpaceOptions {
  readonly number?: number;
}

export async function listSpaces({ hukz, out }: Session, { options }: Input<NamedListOptions>): Promise<void> {
  await out.list(hukz.spaces.list({ ...namedQuery(options), webhooks: 'count' }), COLUMNS, options);
}

export async function showSpace({ hukz, out }: Session, { args: [space = ''] }: Input<object>): Promise<void> {
  await out.one(hukz.spaces.get(readReference(space, 'a space')), COLUMNS);
}

export async function createSpace(session: Session, { options }: Input<CreateOptions>): Promise<void> {
  const fields = { ...(await spaceFields(session, options)), ...given({ id: options.number }) };
  await session.out.one(session.hukz.spaces.create(fields), COLUMNS);
}

export async function updateSpace(session: Session, { args, options }: Input<SpaceOptions>): Promise<void> {
  const [space = ''] = args;
  const changes = await spaceFields(session, options);
  await session.out.one(session.hukz.spaces.update(readReference(space, 'a space'), changes), COLUMNS);
}

async function spaceFields(session: Session, options: SpaceOptions) {
  const { isolation, subjectToken: token, subjectHeader: header } = options;
  if (token !== undefined && header !== undefined)
    throw usageError('A space has one subject.', 'Give --subject-token or --subject-header, not both.');
  const subject = token !== undefined ? { token } : header !== undefined ? { header } : undefined;
  const found = given({
    webhooks: options.maxWebhooks,
    messages_per_second: options.maxMessagesPerSecond,
    message_bytes: options.maxMessageBytes,
    pending: options.maxPending,
  });
  const limits = Object.keys(found).length === 0 ? undefined : found;
  return { ...(await namedFields(session, options)), ...given({ isolation, subject, limits }) };
}

/** The API says what would be deleted, and the user confirms exactly this. */
export async function deleteSpace(session: Session, { args: [given = ''] }: Input<object>): Promise<void> {
  const { hukz, out, confirm } = session;
  const space = readReference(given, 'a space');
  await confirm(`${await consequences(session, space)}. Delete it?`);
  const { id } = await hukz.spaces.get(space);
  await out.done(hukz.spaces.delete(space, { confirm: String(id) }), `Space ${given} is deleted.`, given);
}

async function consequences({ hukz }: Session, space: Reference): Promise<string> {
  try {
    await hukz.spaces.delete(space, { confirm: '' });
  } catch (error) {
    const problem = error instanceof HukzError && error.problems.find(({ source }) => source === 'confirm');
    if (problem) return problem.message.replace(/: repeat the request.*$/, '').replace(/^d/, 'D');
    throw error;
  }
  throw new Error('a space was deleted without a confirmation');
}
