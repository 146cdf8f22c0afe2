import type { Hukz } from '../../packages/client/src/hukz.js';
import { HukzError } from '../../packages/client/src/hukz-error.js';
import { eventsBySubject } from '../../packages/client/src/resources/events-by-subject.js';

/** The ids of the events with these subjects. A topic without an event is registered as one. */
export async function registerTopics(hukz: Hukz, topics: readonly string[]): Promise<readonly number[]> {
  const distinct = [...new Set(topics)];
  const known = await eventsOf(hukz, distinct);
  for (const topic of distinct.filter((each) => !known.has(each))) {
    const id = await register(hukz, topic);
    if (id !== undefined) known.set(topic, id);
  }
  return distinct.flatMap((topic) => known.get(topic) ?? []);
}

async function eventsOf(hukz: Hukz, topics: readonly string[]): Promise<Map<string, number>> {
  return new Map((await eventsBySubject(hukz, topics)).map(({ event, id }) => [event, id]));
}

/** Another program may register the same topic at the same time. */
async function register(hukz: Hukz, topic: string): Promise<number | undefined> {
  try {
    return (await hukz.events.create({ event: topic, managed_by: 'webhooks-rs' })).id;
  } catch (error) {
    if (!(error instanceof HukzError) || error.status !== 422) throw error;
    const id = (await eventsOf(hukz, [topic])).get(topic);
    if (id === undefined) throw error;
    return id;
  }
}
