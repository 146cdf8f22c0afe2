import type { Header } from '../message/message.js';
import { parseNoRetry } from '../message/no-retry.js';
import { parseRequestId } from '../message/request-id.js';
import { MAX_NAMED_WEBHOOKS, parseWebhookList, tooMany } from '../message/webhook-list.js';
import { type Parsed, parsed, refused } from '../text/parsed.js';
import { parseTag, type Tag } from './tags.js';

/** The conditions with which a publisher narrows a message to some webhooks. */
export interface Routing {
  readonly tags: readonly Tag[];
  readonly spaceId: number | undefined;
  /** The only webhooks that may receive the message. Undefined means that the message names none. */
  readonly webhookIds: ReadonlySet<number> | undefined;
}

const EVERYBODY: Routing = { tags: [], spaceId: undefined, webhookIds: undefined };

/** The values that have been read so far. */
interface Read {
  tags: Tag[] | undefined;
  spaceId: number | undefined;
  webhookIds: Set<number> | undefined;
  requestId: string | undefined;
}

/**
 * Parses what a publisher says about a message: `Hukz-Tag: key:value` (repeatable; a webhook must have all of these
 * tags), `Hukz-Space: 7` and `Hukz-Webhook: 17, 18` (repeatable; a webhook must be one of these). Header names are
 * case-insensitive. Any malformed header makes the whole routing invalid, because firing every webhook instead would
 * give one tenant's message to another. `Hukz-No-Retry` and `Hukz-Request-Id` are only checked here: the stored headers
 * have them when the message is sent.
 */
export function parseRouting(headers: readonly Header[]): Parsed<Routing> {
  if (headers.length === 0) return parsed(EVERYBODY);
  const read: Read = { tags: undefined, spaceId: undefined, webhookIds: undefined, requestId: undefined };
  for (const [name, value] of headers) {
    const problem = readHeader(name.toLowerCase(), value, read);
    if (problem !== undefined) return refused(problem);
  }
  const { tags, spaceId, webhookIds } = read;
  const isNarrowed = tags !== undefined || spaceId !== undefined || webhookIds !== undefined;
  return parsed(isNarrowed ? { tags: tags ?? EVERYBODY.tags, spaceId, webhookIds } : EVERYBODY);
}

/** Returns the problem of a header. Other headers than these have none. */
function readHeader(name: string, value: string, read: Read): string | undefined {
  switch (name) {
    case 'hukz-tag':
      return problemOf('Hukz-Tag', readTag(value, read));
    case 'hukz-space':
      return problemOf('Hukz-Space', readSpace(value, read));
    case 'hukz-webhook':
      return problemOf('Hukz-Webhook', readWebhooks(value, read));
    case 'hukz-no-retry':
      return problemOf('Hukz-No-Retry', parseNoRetry(value));
    case 'hukz-request-id':
      return problemOf('Hukz-Request-Id', readRequestId(value, read));
    default:
      return undefined;
  }
}

const problemOf = (name: string, one: Parsed<unknown>) => (one.ok ? undefined : `${name}: ${one.problem}`);

function readTag(value: string, read: Read): Parsed<Tag> {
  const tag = parseTag(value);
  if (!tag.ok) return tag;
  read.tags ??= [];
  read.tags.push(tag.value);
  return tag;
}

function readSpace(value: string, read: Read): Parsed<number> {
  if (!/^\d{1,15}$/.test(value)) return refused('a space is a whole number');
  const spaceId = Number(value);
  if (read.spaceId !== undefined && read.spaceId !== spaceId) return refused('at most one space per message');
  read.spaceId = spaceId;
  return parsed(spaceId);
}

function readWebhooks(value: string, read: Read): Parsed<unknown> {
  const list = parseWebhookList(value);
  if (!list.ok) return list;
  read.webhookIds ??= new Set();
  for (const id of list.value) read.webhookIds.add(id);
  return read.webhookIds.size > MAX_NAMED_WEBHOOKS ? tooMany() : list;
}

function readRequestId(value: string, read: Read): Parsed<string> {
  const id = parseRequestId(value);
  if (!id.ok) return id;
  if (read.requestId !== undefined && read.requestId !== id.value) return refused('at most one id per message');
  read.requestId = id.value;
  return id;
}
