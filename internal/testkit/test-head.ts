import { MessageHead } from '../domain/matching/message-view.js';
import type { Routing } from '../domain/matching/routing.js';
import type { ResourceName } from '../domain/message/headers/resource-name.js';
import type { Header } from '../domain/message/message.js';

/** The head of a message that its publisher restricted by tags, a space or webhooks, or not at all. */
export function makeTestHead(subject: string, { tags = [], space, webhooks }: Partial<Routing> = {}): MessageHead {
  const headers: Header[] = tags.map(({ key, value }) => ['Hukz-Tag', `${key}:${value}`]);
  const written = (name: ResourceName) => (typeof name === 'number' ? `${name}` : `key:${name}`);
  if (space !== undefined) headers.push(['Hukz-Space', written(space)]);
  if (webhooks !== undefined) headers.push(['Hukz-Webhook', [...webhooks].map(written).join(', ')]);
  return new MessageHead(subject, headers, 0);
}
