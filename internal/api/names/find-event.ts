import { isWildcard } from '../../domain/matching/subject.js';
import { KEY_PREFIX, RESOURCE_KEY } from '../../domain/resource-key.js';
import { AppError } from '../../errors.js';
import type { Db } from '../../store/postgres/knex.js';
import { findEventsByKeys } from '../../store/records/find-by-key.js';
import { text } from '../bodies/text.js';
import { KEY_PROBLEM } from './name-fields.js';
import type { Reference } from './reference.js';

/** A filter by subject. */
export const subjectText = (longest: number) =>
  text(longest).describe('Only this exact subject. `key:<key>` means the subject of the event with that key.');

/** Returns the id of the event that a caller names in a path. @throws {AppError} `not_found` */
export async function findEventId(db: Db, event: Reference): Promise<number> {
  if (typeof event === 'number') return event;
  const [found] = await findEventsByKeys(db, [event.key]);
  if (!found) throw new AppError('not_found', 'Record not found');
  return found.id;
}

/**
 * Returns the ids of the events that a body names, in their order. An id is returned as it is.
 * @throws {AppError} `unprocessable` with the keys that no event has
 */
export async function findEventIds(db: Db, events: readonly Reference[], source: string): Promise<number[]> {
  const keys = events.flatMap((event) => (typeof event === 'number' ? [] : [event.key]));
  if (keys.length === 0) return [...idsIn(events)];
  const found = new Map((await findEventsByKeys(db, keys)).map(({ key, id }) => [key, id]));
  const unknown = [...new Set(keys)].filter((key) => !found.has(key));
  if (unknown.length > 0) {
    const names = unknown.slice(0, 20).join(', ') + (unknown.length > 20 ? ', …' : '');
    throw new AppError('unprocessable', `${source}: no event has the key ${names}`, source);
  }
  return events.flatMap((event) => (typeof event === 'number' ? event : (found.get(event.key) ?? [])));
}

/** Returns the ids of events whose keys have been replaced by ids already. */
export function idsIn(events: readonly Reference[]): readonly number[] {
  return events.map((event) => {
    if (typeof event !== 'number') throw new Error(`the key ${event.key} of an event has not been looked up`);
    return event;
  });
}

/**
 * Returns the subject that a filter names directly, or by the key of its event. A list is filtered by one exact
 * subject, so an event with a wildcard is refused.
 * @throws {AppError} `not_found`, or `unprocessable`
 */
export async function findSubject(db: Db, named: string | undefined): Promise<string | undefined> {
  if (named === undefined || !named.startsWith(KEY_PREFIX)) return named;
  const key = named.slice(KEY_PREFIX.length);
  if (!RESOURCE_KEY.test(key)) throw new AppError('unprocessable', `event: ${KEY_PROBLEM}`, 'event');
  const [event] = await findEventsByKeys(db, [key]);
  if (!event) throw new AppError('not_found', `no event has the key "${key}"`, 'event');
  if (!isWildcard(event.subject)) return event.subject;
  const sentence = `the event "${key}" covers all subjects ${event.subject}: name one of them`;
  throw new AppError('unprocessable', sentence, 'event');
}
