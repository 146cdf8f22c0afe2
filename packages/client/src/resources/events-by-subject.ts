import type { Hukz } from '../hukz.js';
import type { Event } from './events.js';

/** The largest number of subjects by which the API filters a list. */
const MAX_SUBJECTS = 20;

/** Finds the events that are registered with these subjects, in any letter case. */
export async function eventsBySubject(hukz: Pick<Hukz, 'events'>, subjects: readonly string[]): Promise<Event[]> {
  const found: Event[] = [];
  for (let at = 0; at < subjects.length; at += MAX_SUBJECTS)
    for await (const event of hukz.events.list({ event: subjects.slice(at, at + MAX_SUBJECTS) })) found.push(event);
  return found;
}
