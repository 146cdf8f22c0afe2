import { eventsBySubject } from '../../packages/client/src/resources/events-by-subject.js';
import type { Reference } from '../../packages/client/src/resources/reference.js';
import { CommandFailed } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import type { Session } from '../session/session.js';

/**
 * The events that a user names: by id, by `key:<key>`, or by subject, which the API does not know as a name.
 * @throws {CommandFailed} for a subject that is not registered
 */
export async function findEvents(session: Session, names: readonly string[]): Promise<readonly Reference[]> {
  const named = names.filter((name) => !isReference(name));
  const events = await eventsBySubject(session.hukz, named);
  const subjects = new Map(events.map(({ event, id }) => [event.toLowerCase(), id]));
  return names.map((name) => {
    if (isReference(name)) return name.startsWith('key:') ? (name as `key:${string}`) : Number(name);
    const id = subjects.get(name.toLowerCase());
    if (id !== undefined) return id;
    throw new CommandFailed(`No event has the subject ${name}.`, {
      exitCode: EXIT.notFound,
      advice: `Register it: hukz event create ${name}`,
    });
  });
}

const isReference = (name: string) => name.startsWith('key:') || /^\d+$/.test(name);
