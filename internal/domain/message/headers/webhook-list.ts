import { echo } from '../../text/echo.js';
import { type Parsed, parsed, refused } from '../../text/parsed.js';
import { parseResourceName, type ResourceName } from './resource-name.js';

/** Maximum number of webhooks that one message names. */
export const MAX_NAMED_WEBHOOKS = 1000;
const ID = /^[1-9]\d{0,14}$/;

/** Parses `17, key:shop/orders`: names of webhooks, which need not exist. Webhooks of several spaces may have a key. */
export function parseWebhookList(text: string): Parsed<readonly ResourceName[]> {
  const parts = text.split(',', MAX_NAMED_WEBHOOKS + 1);
  if (parts.length > MAX_NAMED_WEBHOOKS) return tooMany();
  const names: ResourceName[] = [];
  for (const part of parts) {
    const name = parseWebhookName(part.trim());
    if (!name.ok) return name;
    names.push(name.value);
  }
  return parsed(names);
}

function parseWebhookName(text: string): Parsed<ResourceName> {
  const name = parseResourceName(text, ID);
  if (name !== undefined) return parsed(name);
  return refused(`"${echo(text)}" is not the id of a webhook, such as 17, or its key, such as key:shop/orders`);
}

export const tooMany = () => refused(`a message names at most ${MAX_NAMED_WEBHOOKS} webhooks`);
