import { MAX_SUBJECT_LENGTH, parseSubject } from '../../domain/matching/subject.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';
import type { EventFields } from '../../store/catalog/event-row.js';
import { insertMissingEvents } from '../../store/catalog/events.js';
import { findNamedEvents } from '../../store/declared/declared-events.js';
import { inTransaction } from '../../store/postgres/in-transaction.js';
import type { Db } from '../../store/postgres/knex.js';
import type { EventIntake, LiveCatalog, Stores } from '../api-deps.js';
import { boundedText } from '../bodies/bounds.js';
import { makeLive } from '../catalog-change.js';
import { MANAGER } from './webhooks-rs-protocol.js';

const SOURCE = 'topics';
/** The characters of webhooks-rs, in tokens that a subject of NATS can have. */
const TOPIC = /^[a-zA-Z_-]+(?:[.][a-zA-Z_-]+)*$/;
const PROBLEM = 'a topic consists of the letters a-z and A-Z, _ and -, in words with single dots between them';

/** A topic is the subject of an event. */
export const topicName = boundedText(MAX_SUBJECT_LENGTH)
  .superRefine((text, context) => {
    if (TOPIC.test(text)) return;
    context.addIssue({
      code: 'custom',
      message: `${JSON.stringify(echo(text))} is not the name of a topic: ${PROBLEM}`,
    });
  })
  .meta({ pattern: TOPIC.source, maxLength: MAX_SUBJECT_LENGTH, example: 'contact.created' });

type Deps = Pick<Stores, 'db'> & Pick<EventIntake, 'admitEvent' | 'subjectRules'>;

/**
 * Checks that the operator allows those topics that are not registered yet, and that NATS can deliver them. It is done
 * before any of them is stored, so that no lock waits for the answer. @throws {AppError} `unavailable` or
 * `unprocessable`
 */
export async function admitTopics(deps: Deps, topics: readonly string[]): Promise<void> {
  const registered = await eventIdsOf(deps.db, topics);
  for (const topic of new Set(topics)) {
    if (registered.has(topic)) continue;
    const judged = parseSubject(topic, deps.subjectRules);
    if (!judged.ok)
      throw new AppError('unprocessable', `the topic ${JSON.stringify(topic)}: ${judged.problem}`, SOURCE);
    await deps.admitEvent(eventOf(topic));
  }
}

/** Registers those topics that are not registered yet, and returns the id of each topic's event. */
export async function registerTopics(trx: Db, userId: number, topics: readonly string[]): Promise<readonly number[]> {
  const distinct = [...new Set(topics)];
  const registered = await eventIdsOf(trx, distinct);
  const missing = distinct.filter((topic) => !registered.has(topic)).map(eventOf);
  await insertMissingEvents(trx, userId, missing);
  const stored = missing.length === 0 ? registered : await eventIdsOf(trx, distinct);
  return distinct.map((topic) => {
    const id = stored.get(topic);
    if (id !== undefined) return id;
    const sentence = `the topic ${JSON.stringify(topic)} differs from a registered event in its case only`;
    throw new AppError('unprocessable', `${sentence}: write it as that event is written`, SOURCE);
  });
}

/** Registers one topic, and makes it active in this instance. */
export async function registerTopic(deps: Deps & LiveCatalog, userId: number, topic: string): Promise<void> {
  await admitTopics(deps, [topic]);
  await makeLive(
    deps,
    inTransaction(deps.db, (trx) => registerTopics(trx, userId, [topic])),
  );
}

/** The ids of the events with exactly these subjects. */
async function eventIdsOf(db: Db, topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const events = await findNamedEvents(db, { keys: [], ids: [], subjects: topics }, false);
  return new Map(events.map(({ subject, id }) => [subject, id]));
}

const eventOf = (subject: string): EventFields => ({
  name: '',
  subject,
  tags: {},
  publishOnly: false,
  key: null,
  managedBy: MANAGER,
});
