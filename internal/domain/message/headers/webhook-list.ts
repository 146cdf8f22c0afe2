import { echo } from '../../text/echo.js';
import { type Parsed, parsed, refused } from '../../text/parsed.js';

/** Maximum number of webhooks that one message names. */
export const MAX_NAMED_WEBHOOKS = 1000;
const ID = /^[1-9]\d{0,14}$/;

/** Parses `17, 18`: the ids of webhooks, which need not exist. */
export function parseWebhookList(text: string): Parsed<readonly number[]> {
  const parts = text.split(',', MAX_NAMED_WEBHOOKS + 1);
  if (parts.length > MAX_NAMED_WEBHOOKS) return tooMany();
  const ids: number[] = [];
  for (const part of parts) {
    const id = parseWebhookReference(part.trim());
    if (!id.ok) return id;
    ids.push(id.value);
  }
  return parsed(ids);
}

/** A webhook is referred to by its id. `key:<key>` is kept free for a name of its own. */
function parseWebhookReference(text: string): Parsed<number> {
  return ID.test(text) ? parsed(Number(text)) : refused(`"${echo(text)}" is not the id of a webhook, such as 17`);
}

export const tooMany = () => refused(`a message names at most ${MAX_NAMED_WEBHOOKS} webhooks`);
