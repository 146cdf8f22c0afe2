import { setImmediate } from 'node:timers/promises';
import { formatOf } from '../domain/format/format-of.js';
import type { Db } from '../store/knex.js';
import type { ListOf } from '../store/list-page.js';
import { loadMessages, payloadSizes } from '../store/message-payloads.js';
import { loadFormatNames } from '../store/webhook-formats.js';
import type { WebhookLog } from '../store/webhook-log-row.js';
import { logBytes } from './log-answer.js';
import { listHead } from './paging.js';
import { sentData } from './sent-data.js';

/** Payloads that are in memory at once for one answer; a page of a hundred may be many times that. */
const BATCH_BYTES = 1024 * 1024;

/** The list's JSON in pieces. The first piece comes after the first batch was read, so that a failure until then can be answered. */
export async function* logListPieces(db: Db, list: ListOf<WebhookLog>): AsyncGenerator<Uint8Array> {
  let before = `${JSON.stringify(listHead(list)).slice(0, -1)},"nodes":[`;
  const names = await loadFormatNames(db, [...new Set(list.nodes.map((log) => log.webhookId))]);
  for (const batch of await batchesOf(db, list.nodes)) {
    const messages = await loadMessages(db, batch);
    const pieces: Uint8Array[] = [];
    for (const log of batch) {
      const sent = sentData(messages.get(log.messageId), formatOf(names.get(log.webhookId), log.url));
      pieces.push(Buffer.from(before), ...logBytes(log, sent));
      before = ',';
    }
    yield Buffer.concat(pieces);
    await setImmediate();
  }
  yield Buffer.from(list.nodes.length === 0 ? `${before}]}` : ']}');
}

async function batchesOf(db: Db, logs: readonly WebhookLog[]): Promise<readonly (readonly WebhookLog[])[]> {
  const sizes = logs.length > 0 ? await payloadSizes(db, logs) : new Map<string, number>();
  const batches: WebhookLog[][] = [];
  let room = 0;
  for (const log of logs) {
    const bytes = sizes.get(log.messageId) ?? 0;
    if (batches.length === 0 || bytes > room) {
      batches.push([]);
      room = BATCH_BYTES;
    }
    room -= bytes;
    batches.at(-1)?.push(log);
  }
  return batches;
}
