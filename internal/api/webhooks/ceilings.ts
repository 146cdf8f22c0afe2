import { isDeepStrictEqual } from 'node:util';
import { type Ceilings, findBeyond } from '../../domain/limits/ceilings.js';
import { AppError } from '../../errors.js';
import type { Webhook, WebhookFields } from '../../store/webhooks/webhook-row.js';

/**
 * Returns the fields if their settings are within the operator's limits. Values that the webhook has already may be
 * sent back, because they are capped when they are used. @throws {AppError} `unprocessable`
 */
export function withinCeilings(ceilings: Ceilings, fields: WebhookFields, current?: Webhook): WebhookFields {
  const isNew = (valueIn: (settings: WebhookFields['settings']) => unknown) =>
    current === undefined || !isDeepStrictEqual(valueIn(fields.settings), valueIn(current.settings));
  const beyond = findBeyond(fields.settings, ceilings).find(({ valueIn }) => isNew(valueIn));
  if (beyond) throw new AppError('unprocessable', beyond.problem, beyond.field);
  return fields;
}
