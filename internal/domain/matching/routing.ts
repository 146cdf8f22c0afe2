import { parseDelay, parseDeliverAt } from '../message/headers/due-at.js';
import { parseNoRetry } from '../message/headers/no-retry.js';
import { parseRequestId } from '../message/headers/request-id.js';
import type { ResourceName } from '../message/headers/resource-name.js';
import { parseSpaceName } from '../message/headers/space-name.js';
import { MAX_NAMED_WEBHOOKS, parseWebhookList, tooMany } from '../message/headers/webhook-list.js';
import type { Header } from '../message/message.js';
import { type Parsed, parsed, refused } from '../text/parsed.js';
import { parseTag, type Tag } from './tags.js';

/** The wishes of a publisher for the deliveries of a message: the webhooks, and the earliest time. */
export interface Routing {
  readonly tags: readonly Tag[];
  /** The space whose webhooks may receive the message. Undefined means that the message names none. */
  readonly space: ResourceName | undefined;
  /** The only webhooks that may receive the message, by ids and keys. Undefined means that the message names none. */
  readonly webhooks: ReadonlySet<ResourceName> | undefined;
  /** The time before which the message is not sent, in milliseconds since 1970. It may be over. */
  readonly dueAt: number | undefined;
}

const EVERYBODY: Routing = { tags: [], space: undefined, webhooks: undefined, dueAt: undefined };

/** The values that have been read so far. */
interface Read {
  tags: Tag[] | undefined;
  space: ResourceName | undefined;
  webhooks: Set<ResourceName> | undefined;
  dueAt: number | undefined;
  requestId: string | undefined;
}

const NOTHING: Read = {
  tags: undefined,
  space: undefined,
  webhooks: undefined,
  dueAt: undefined,
  requestId: undefined,
};

/**
 * Parses the wishes of a publisher for a message: `Hukz-Tag: key:value` (repeatable; a webhook must have all of these
 * tags), `Hukz-Space: 7` or `Hukz-Space: key:acme`, `Hukz-Webhook: 17, key:a` (repeatable; a webhook must be one of
 * these), and `Hukz-Deliver-At` or `Hukz-Delay`. Header names are case-insensitive. Any malformed header makes the
 * whole routing invalid, because firing every webhook instead would give one tenant's message to another.
 * `Hukz-No-Retry` and `Hukz-Request-Id` are only checked here: the stored headers have them when the message is sent.
 * `receivedAt` is the time of the message, in milliseconds since 1970.
 */
export function parseRouting(headers: readonly Header[], receivedAt: number): Parsed<Routing> {
  if (headers.length === 0) return parsed(EVERYBODY);
  const read: Read = { ...NOTHING };
  for (const [name, value] of headers) {
    const problem = readHeader(name.toLowerCase(), value, read, receivedAt);
    if (problem !== undefined) return refused(problem);
  }
  const { tags = EVERYBODY.tags, space, webhooks, dueAt } = read;
  const isEmpty = tags.length === 0 && space === undefined && webhooks === undefined && dueAt === undefined;
  return parsed(isEmpty ? EVERYBODY : { tags, space, webhooks, dueAt });
}

/** Returns the problem of a header, whose name is in lower case. Other headers than these have none. */
function readHeader(name: string, value: string, read: Read, receivedAt: number): string | undefined {
  switch (name) {
    case 'hukz-tag':
      return problemOf('Hukz-Tag', readTag(value, read));
    case 'hukz-space':
      return problemOf('Hukz-Space', readSpace(value, read));
    case 'hukz-webhook':
      return problemOf('Hukz-Webhook', readWebhooks(value, read));
    case 'hukz-deliver-at':
      return problemOf('Hukz-Deliver-At', readDueAt(parseDeliverAt(value, receivedAt), read));
    case 'hukz-delay':
      return problemOf('Hukz-Delay', readDueAt(parseDelay(value, receivedAt), read));
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

function readSpace(value: string, read: Read): Parsed<ResourceName> {
  const space = parseSpaceName(value);
  if (!space.ok) return space;
  if (read.space !== undefined && read.space !== space.value) return refused('at most one space per message');
  read.space = space.value;
  return space;
}

function readWebhooks(value: string, read: Read): Parsed<unknown> {
  const list = parseWebhookList(value);
  if (!list.ok) return list;
  read.webhooks ??= new Set();
  for (const name of list.value) read.webhooks.add(name);
  return read.webhooks.size > MAX_NAMED_WEBHOOKS ? tooMany() : list;
}

function readDueAt(at: Parsed<number>, read: Read): Parsed<number> {
  if (!at.ok) return at;
  if (read.dueAt !== undefined) return refused('one delivery time a message, by Hukz-Deliver-At or by Hukz-Delay');
  read.dueAt = at.value;
  return at;
}

function readRequestId(value: string, read: Read): Parsed<string> {
  const id = parseRequestId(value);
  if (!id.ok) return id;
  if (read.requestId !== undefined && read.requestId !== id.value) return refused('at most one id per message');
  read.requestId = id.value;
  return id;
}
