import type { ChangedWebhook, Webhook } from '../domain/webhook.js';
import { findShownEvents } from '../store/events.js';
import type { Db } from '../store/knex.js';
import type { ListOf } from '../store/list-page.js';
import { eventText } from './event-answer.js';
import { listPieces } from './list-pieces.js';
import { inPieces } from './pieces.js';
import { webhookJson } from './webhook-answer.js';

/** Events that are read at once for one answer: with the largest tags of earlier versions 1.3 MB, which fit into one turn. */
const EVENTS_AT_ONCE = 25;

/** A webhook's JSON in pieces, its events read from the store step by step. */
export function webhookPieces(db: Db, webhook: ChangedWebhook): AsyncGenerator<Uint8Array> {
  return inPieces(webhookTexts(db, webhook));
}

export function webhookTexts(db: Db, webhook: ChangedWebhook): AsyncGenerator<string> {
  return withEvents(webhook, eventTexts(db, webhook.eventIds));
}

/** A step may hold events of several webhooks: most have few. */
export function webhookListPieces(db: Db, list: ListOf<Webhook>): AsyncGenerator<Uint8Array> {
  const texts = eventTexts(
    db,
    list.nodes.flatMap(({ eventIds }) => eventIds),
  );
  return listPieces(list, (webhook) => withEvents(webhook, texts));
}

/** Takes as many of the events' texts as the webhook has events. */
async function* withEvents(webhook: ChangedWebhook, texts: AsyncIterator<string>): AsyncGenerator<string> {
  yield `${JSON.stringify(webhookJson(webhook)).slice(0, -1)},"events":[`;
  let before = '';
  for (const _ of webhook.eventIds) {
    const { value: text } = await texts.next();
    if (!text) continue;
    yield before + text;
    before = ',';
  }
  yield ']}';
}

/** One text per id, empty for an event that is gone by now. */
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
