import { createHash } from 'node:crypto';
import type { CatalogWebhook } from '../matching/catalog.js';
import type { MessageView } from '../matching/message-view.js';
import type { Ordering } from '../matching/webhook-settings.js';

/**
 * Returns the ordering key of a message as a uuid, or undefined when the message is not ordered. A message without the
 * header, or without a string, number or boolean at the pointer, has no key and waits for no other message.
 */
export function orderKeyOf(
  { id, settings: { ordering } }: Pick<CatalogWebhook, 'id' | 'settings'>,
  message: MessageView,
): string | undefined {
  if (!ordering) return undefined;
  const key = ordering.by === 'webhook' ? '' : orderValue(ordering, message);
  return key === undefined ? undefined : orderKeyOfValue(id, key);
}

/** Returns the uuid of a key. The key of a webhook that is ordered as a whole is empty. */
export function orderKeyOfValue(webhookId: number, value: string): string {
  return toUuid(createHash('md5').update(`${webhookId} ${value}`).digest('hex'));
}

/** Returns the key in the form in which users know it. */
export function orderValue(ordering: Exclude<Ordering, { by: 'webhook' }>, message: MessageView): string | undefined {
  if ('pointer' in ordering) return message.valueAt(ordering.pointer);
  const name = ordering.header.toLowerCase();
  return message.headers.find(([known]) => known.toLowerCase() === name)?.[1];
}

const toUuid = (hex: string) =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
