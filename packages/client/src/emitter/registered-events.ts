import type { Hukz } from '../hukz.js';
import { HukzError } from '../hukz-error.js';
import { eventsBySubject } from '../resources/events-by-subject.js';
import { invalid } from './emitter-error.js';

export interface RegisteredEvents {
  readonly ids: readonly number[];
  /** Deletes the events that were registered for this call, except those that a webhook has. */
  undo(): Promise<void>;
}

/** Registers the events that the service does not have. @throws {EmitterError} */
export async function registerEvents(hukz: Hukz, subjects: readonly string[]): Promise<RegisteredEvents> {
  const created: number[] = [];
  const undo = async () => {
    for (const id of created) await hukz.events.delete(id).catch(() => undefined);
  };
  try {
    const known = await knownEvents(hukz, subjects);
    const ids: number[] = [];
    for (const subject of subjects) {
      const { id, isNew } = await registered(hukz, subject, known);
      ids.push(id);
      if (isNew) created.push(id);
    }
    return { ids, undo };
  } catch (error) {
    await undo();
    throw error;
  }
}

type Known = ReadonlyMap<string, number>;

async function knownEvents(hukz: Hukz, subjects: readonly string[]): Promise<Known> {
  return new Map((await eventsBySubject(hukz, subjects)).map(({ event, id }) => [event, id]));
}

async function registered(hukz: Hukz, subject: string, known: Known): Promise<{ id: number; isNew: boolean }> {
  const present = known.get(subject);
  if (present !== undefined) return { id: present, isNew: false };
  try {
    return { id: (await hukz.events.create({ event: subject })).id, isNew: true };
  } catch (error) {
    const by = isRegistered(error) ? (await knownEvents(hukz, [subject])).get(subject) : undefined;
    if (by === undefined) throw reasonFor(error, subject);
    return { id: by, isNew: false };
  }
}

/** Another caller has registered the subject meanwhile, or it is registered with other letter case. */
const isRegistered = (error: unknown) =>
  error instanceof HukzError && error.status === 422 && error.problems.some(({ source }) => source === 'event');

function reasonFor(error: unknown, subject: string): unknown {
  if (!(error instanceof HukzError) || error.status !== 422) return error;
  const problem = error.problems.map(({ message }) => message).join('; ');
  return invalid('events', `"${subject}" cannot be registered: ${problem}`, { cause: error });
}
