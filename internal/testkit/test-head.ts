import { MessageHead } from '../domain/matching/message-view.js';
import type { Routing } from '../domain/matching/routing.js';
import type { Header } from '../domain/message/message.js';

/** The head of a message that its publisher restricted by tags, a space or webhooks, or not at all. */
export function makeTestHead(subject: string, { tags = [], spaceId, webhooks }: Partial<Routing> = {}): MessageHead {
  const headers: Header[] = tags.map(({ key, value }) => ['Hukz-Tag', `${key}:${value}`]);
  if (spaceId !== undefined) headers.push(['Hukz-Space', `${spaceId}`]);
  const names = [...(webhooks ?? [])].map((name) => (typeof name === 'number' ? name : `key:${name}`));
  if (webhooks !== undefined) headers.push(['Hukz-Webhook', names.join(', ')]);
  return new MessageHead(subject, headers, 0);
}
