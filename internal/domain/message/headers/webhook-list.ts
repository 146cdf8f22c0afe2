import { KEY_PREFIX, RESOURCE_KEY } from '../../resource-key.js';
import { echo } from '../../text/echo.js';
import { type Parsed, parsed, refused } from '../../text/parsed.js';

/** Maximum number of webhooks that one message names. */
export const MAX_NAMED_WEBHOOKS = 1000;
const ID = /^[1-9]\d{0,14}$/;

/** A webhook as a publisher names it: its id, or its key, which webhooks of several spaces may have. */
export type WebhookName = number | string;

/** Parses `17, key:shop/orders`: the names of webhooks, which need not exist. */
export function parseWebhookList(text: string): Parsed<readonly WebhookName[]> {
  const parts = text.split(',', MAX_NAMED_WEBHOOKS + 1);
  if (parts.length > MAX_NAMED_WEBHOOKS) return tooMany();
  const names: WebhookName[] = [];
  for (const part of parts) {
    const name = parseWebhookName(part.trim());
    if (!name.ok) return name;
    names.push(name.value);
  }
  return parsed(names);
}

function parseWebhookName(text: string): Parsed<WebhookName> {
  if (ID.test(text)) return parsed(Number(text));
  const key = text.startsWith(KEY_PREFIX) ? text.slice(KEY_PREFIX.length) : '';
  if (RESOURCE_KEY.test(key)) return parsed(key);
  return refused(`"${echo(text)}" is not the id of a webhook, such as 17, or its key, such as key:shop/orders`);
}

export const tooMany = () => refused(`a message names at most ${MAX_NAMED_WEBHOOKS} webhooks`);
