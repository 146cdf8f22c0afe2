/** Below it we publish; nothing that comes from there ever fires a webhook, whatever wildcard covers it. */
export const DELIVERY_EVENT_PREFIX = 'hukz.result.';
