import { AppError } from '../../errors.js';
import { type LogKey, loadLogs } from '../../store/deliveries/log-keys.js';
import { loadMessages } from '../../store/deliveries/message-payloads.js';
import { loadFormatNames } from '../../store/webhooks/webhook-formats.js';
import type { Deliveries, Stores } from '../api-deps.js';
import { loggedData } from '../bodies/sent-data.js';
import type { JsonPart } from '../http/pieces.js';
import { logAnswer, logParts } from './log-answer.js';
import { requestAnswer, requestJson } from './request-answer.js';

export const oneLogAnswer = logAnswer.extend({ request: requestAnswer }).meta({ title: 'OneWebhookLog' });

/** The parts of one log, with the request that was sent. */
export async function* oneLogParts(
  deps: Pick<Stores, 'db'> & Pick<Deliveries, 'showRequest' | 'formatOf'>,
  key: LogKey,
): AsyncGenerator<JsonPart> {
  const { db, formatOf } = deps;
  const [log] = await loadLogs(db, [key]);
  // The log was found a moment ago; retention may have dropped its day since.
  if (!log) throw new AppError('not_found', 'Record not found');
  const message = (await loadMessages(db, [key])).get(key.messageId);
  const names = await loadFormatNames(db, [log.webhookId]);
  yield* logParts(log, await loggedData(log, message, formatOf(names.get(log.webhookId), log.url))).slice(0, -1);
  yield `,"request":${JSON.stringify(await requestJson(deps, log, message))}}`;
}
