import type { Hukz } from '../hukz.js';
import { HukzError } from '../hukz-error.js';
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
    const known = await knownEvents(hukz);
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

/** The API has no filter by subject. */
async function knownEvents(hukz: Hukz): Promise<Known> {
  const known = new Map<string, number>();
  for await (const { event, id } of hukz.events.list()) known.set(event, id);
  return known;
}

async function registered(hukz: Hukz, subject: string, known: Known): Promise<{ id: number; isNew: boolean }> {
  const present = known.get(subject);
  if (present !== undefined) return { id: present, isNew: false };
  try {
    return { id: (await hukz.events.create({ event: subject })).id, isNew: true };
  } catch (error) {
    const by = isRegistered(error) ? (await knownEvents(hukz)).get(subject) : undefined;
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
