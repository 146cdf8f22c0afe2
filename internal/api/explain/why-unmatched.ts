import { type NobodyBecause, whyNobody } from '../../domain/matching/explaining/why-nobody.js';
import { MessageHead, MessageView } from '../../domain/matching/message-view.js';
import type { Header } from '../../domain/message/message.js';
import type { ListedMessage } from '../../store/deliveries/message-list.js';
import { loadHeadersOf } from '../../store/messages/load-heads.js';
import { readPayloads } from '../../store/messages/read-payloads.js';
import { Ticks } from '../../ticks.js';
import type { EventIntake, Matching, Stores } from '../api-deps.js';

export type WhyUnmatchedDeps = Pick<Stores, 'pool'> & Pick<EventIntake, 'filterMaxBytes'> & Matching;

interface Unmatched {
  readonly message_id: string;
  readonly received_at: string;
  readonly subject: string;
  readonly headers: readonly Header[];
}

/**
 * The reasons why messages reached no webhook, by the catalog of today. Nothing is stored about them when they are
 * accepted, so that acceptance costs the same. Payloads are read only if a filter may have decided, a few at a time.
 */
export async function whyUnmatched(
  { pool, catalog, isReserved, loadCatalog, filterMaxBytes }: WhyUnmatchedDeps,
  messages: readonly ListedMessage[],
): Promise<ReadonlyMap<string, NobodyBecause>> {
  const because = new Map<string, NobodyBecause>();
  const ticks = new Ticks();
  await loadCatalog();
  const keys = messages.map(({ id, receivedAt, subject }) => ({ message_id: id, received_at: receivedAt, subject }));
  const headers = await loadHeadersOf(pool.run, keys);
  const filtered: Unmatched[] = [];
  for (const [index, key] of keys.entries()) {
    const { subject } = key;
    const own = headers[index] ?? [];
    if (isReserved(subject)) because.set(key.message_id, 'event');
    else if (catalog.hasFilters(subject)) filtered.push({ ...key, headers: own });
    else because.set(key.message_id, whyNobody(catalog, new MessageHead(subject, own, Date.parse(key.received_at))));
    await ticks.next();
  }
  for await (const { row, payload } of readPayloads(pool.run, filtered, filterMaxBytes)) {
    const view = new MessageView(row.subject, row.headers, payload, Date.parse(row.received_at));
    because.set(row.message_id, whyNobody(catalog, view));
    await ticks.next();
  }
  return because;
}
