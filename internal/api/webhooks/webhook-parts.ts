import type { z } from 'zod';
import { findBriefEvents, findShownEvents } from '../../store/catalog/events.js';
import type { Db } from '../../store/postgres/knex.js';
import type { ListOf } from '../../store/postgres/list-page.js';
import { bySize } from '../../store/webhooks/by-size.js';
import type { ChangedWebhook, Webhook } from '../../store/webhooks/webhook-row.js';
import { findWebhooks, type WebhookKey } from '../../store/webhooks/webhooks.js';
import { eventText } from '../events/event-answer.js';
import type { Answer } from '../http/endpoint.js';
import { listParts } from '../http/list-parts.js';
import type { JsonPart } from '../http/pieces.js';
import { type briefEvent, type webhookAnswer, webhookJson } from './webhook-answer.js';

/**
 * Number of events that are read together for one answer. With the largest tags of earlier versions they are 1.3 MB,
 * which fit into one turn.
 */
const EVENTS_AT_ONCE = 25;
/** Number of brief events, of at most 600 bytes each. */
const BRIEF_EVENTS_AT_ONCE = 500;
/**
 * Maximum size of the webhooks, without their events, that are in memory at the same time for one answer. A webhook
 * with large certificates has about 200 KB.
 */
const STEP_BYTES = 512 * 1024;

type MoreOfWebhook = Pick<z.input<typeof webhookAnswer>, 'effective'>;

/** The answer with a webhook and its revision. */
export function answerWebhook(db: Db, webhook: ChangedWebhook, status = 200, more?: MoreOfWebhook): Answer {
  return { status, jsonParts: webhookParts(db, webhook, more), revision: webhook.revision };
}

/** The parts of a webhook's JSON. Its events are read from the store in steps. */
export function webhookParts(db: Db, webhook: ChangedWebhook, more: MoreOfWebhook = {}): AsyncGenerator<string> {
  return withEvents({ ...webhookJson(webhook), ...more }, webhook.eventIds, eventTexts(db, webhook.eventIds));
}

function wholeListParts(db: Db, list: ListOf<WebhookKey>): AsyncGenerator<JsonPart> {
  const webhooks = wholeOnes(db, list.nodes);
  return listParts(list, async function* () {
    const { value: parts } = await webhooks.next();
    if (parts) yield* parts;
  });
}

/** The same list with the ids of events in each webhook, and with each of these events once beside the webhooks. */
function briefListParts(db: Db, list: ListOf<WebhookKey>): AsyncGenerator<JsonPart> {
  const webhooks = briefOnes(db, list.nodes);
  const eventIds = new Set<number>();
  const partsOf = async function* () {
    const { value: webhook } = await webhooks.next();
    if (!webhook) return;
    for (const id of webhook.eventIds) eventIds.add(id);
    yield JSON.stringify({ ...webhookJson(webhook), event_ids: webhook.eventIds });
  };
  return listParts(list, partsOf, () => briefEvents(db, [...eventIds]));
}

/** The parts of a page of webhooks, by the value of `eventsQuery`. */
export const listPartsFor = { whole: wholeListParts, brief: briefListParts } as const;

/** Webhooks in the order of the keys, with undefined for one that was deleted meanwhile. */
async function* inSteps(db: Db, keys: readonly WebhookKey[]): AsyncGenerator<readonly (Webhook | undefined)[]> {
  for (const step of bySize(keys, ({ bytes }) => bytes, STEP_BYTES)) {
    const ids = step.map(({ id }) => id);
    const found = new Map((await findWebhooks(db, ids)).map((webhook) => [webhook.id, webhook]));
    yield ids.map((id) => found.get(id));
  }
}

/** A step of events may belong to several webhooks, because most webhooks have few events. */
async function* wholeOnes(db: Db, keys: readonly WebhookKey[]): AsyncGenerator<AsyncIterable<string> | undefined> {
  for await (const webhooks of inSteps(db, keys)) {
    const ids = webhooks.flatMap((webhook) => webhook?.eventIds ?? []);
    const events = eventTexts(db, ids);
    for (const webhook of webhooks) yield webhook && withEvents(webhookJson(webhook), webhook.eventIds, events);
  }
}

async function* briefOnes(db: Db, keys: readonly WebhookKey[]): AsyncGenerator<Webhook | undefined> {
  for await (const webhooks of inSteps(db, keys)) yield* webhooks;
}

async function* briefEvents(db: Db, ids: readonly number[]): AsyncGenerator<string> {
  let before = ',"events":[';
  for (let from = 0; from < ids.length; from += BRIEF_EVENTS_AT_ONCE) {
    for (const { id, subject, name } of await findBriefEvents(db, ids.slice(from, from + BRIEF_EVENTS_AT_ONCE))) {
      yield before + JSON.stringify({ id, event: subject, name } satisfies z.input<typeof briefEvent>);
      before = ',';
    }
  }
  yield before === ',' ? ']' : `${before}]`;
}

/** Reads as many texts from the iterator as the webhook has events. */
async function* withEvents(
  json: object,
  eventIds: readonly number[],
  texts: AsyncIterator<string>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(json).slice(0, -1)},"events":[`;
  let before = '';
  for (const _ of eventIds) {
    const { value: text } = await texts.next();
    if (!text) continue;
    yield before + text;
    before = ',';
  }
  yield ']}';
}

/** One text per id. The text is empty for an event that was deleted meanwhile. */
async function* eventTexts(db: Db, ids: readonly number[]): AsyncGenerator<string> {
  for (let from = 0; from < ids.length; from += EVENTS_AT_ONCE) {
    const step = ids.slice(from, from + EVENTS_AT_ONCE);
    const events = await findShownEvents(db, [...new Set(step)]);
    for (const id of step) {
      const event = events.get(id);
      yield event ? eventText(event) : '';
    }
  }
}
