import { MessageHead } from '../domain/matching/message-view.js';
import type { Routing } from '../domain/matching/routing.js';
import type { Header } from '../domain/message/message.js';

/** The head of a message that its publisher restricted by tags, a space or webhooks, or not at all. */
export function makeTestHead(subject: string, { tags = [], spaceId, webhookIds }: Partial<Routing> = {}): MessageHead {
  const headers: Header[] = tags.map(({ key, value }) => ['Hukz-Tag', `${key}:${value}`]);
  if (spaceId !== undefined) headers.push(['Hukz-Space', `${spaceId}`]);
  if (webhookIds !== undefined) headers.push(['Hukz-Webhook', [...webhookIds].join(', ')]);
  return new MessageHead(subject, headers, 0);
}
