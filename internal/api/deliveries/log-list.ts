import { type LogKey, loadLogs } from '../../store/deliveries/log-keys.js';
import { loadMessages, payloadSizes } from '../../store/deliveries/message-payloads.js';
import type { ListOf } from '../../store/postgres/list-page.js';
import { bySize } from '../../store/webhooks/by-size.js';
import { loadFormatNames } from '../../store/webhooks/webhook-formats.js';
import type { Deliveries, Stores } from '../api-deps.js';
import { loggedData } from '../bodies/sent-data.js';
import { listParts } from '../http/list-parts.js';
import type { JsonPart } from '../http/pieces.js';
import { logParts } from './log-answer.js';

/**
 * Maximum size of the logs and payloads that are in memory at the same time for one answer. A page of a hundred logs
 * may be many times larger.
 */
const STEP_BYTES = 1024 * 1024;

type Shown = Pick<Stores, 'db'> & Pick<Deliveries, 'formatOf'>;

export function logListParts(deps: Shown, list: ListOf<LogKey>): AsyncGenerator<JsonPart> {
  const logs = inSteps(deps, list.nodes);
  return listParts(list, async function* () {
    yield* (await logs.next()).value ?? [];
  });
}

/** The parts of each log. A log that has been deleted meanwhile has no parts. */
async function* inSteps(
  { db, formatOf }: Shown,
  keys: readonly LogKey[],
): AsyncGenerator<readonly JsonPart[], undefined> {
  if (keys.length === 0) return;
  const names = await loadFormatNames(db, [...new Set(keys.map(({ webhookId }) => webhookId))]);
  const payloads = await payloadSizes(db, keys);
  for (const step of bySize(keys, ({ messageId, bytes }) => bytes + (payloads.get(messageId) ?? 0), STEP_BYTES)) {
    const logs = new Map((await loadLogs(db, step)).map((log) => [log.id, log]));
    const messages = await loadMessages(db, step);
    for (const key of step) {
      const log = logs.get(key.id);
      yield log
        ? logParts(log, await loggedData(log, messages.get(log.messageId), formatOf(names.get(log.webhookId), log.url)))
        : [];
    }
  }
}
