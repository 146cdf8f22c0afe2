/**
 * The prefix under which hukz publishes. A message under this prefix never fires a webhook, even if a wildcard covers
 * it.
 */
export const DELIVERY_EVENT_PREFIX = 'hukz.result.';
