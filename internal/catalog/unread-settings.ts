import type { CatalogChanges, CatalogHistory, CatalogState } from '../domain/matching/catalog.js';
import type { Degradation } from '../domain/streams/degradation.js';
import type { Logger } from '../logger.js';

type OnPart = (part: CatalogChanges, history: CatalogHistory) => void;
type Load = (known: CatalogState, onPart: OnPart) => Promise<CatalogHistory>;

export interface UnreadSettings {
  /** Loads the catalog and notes the webhooks whose stored settings could not be read. */
  readonly load: Load;
  /** Number of webhooks to which nothing is sent. */
  webhooks(): number;
  degraded(): readonly Degradation[];
}

/** A log line or a degradation names this number of webhooks. */
const MAX_NAMED = 20;

/**
 * Webhooks whose stored settings this instance cannot read, in part or at all. Their deliveries wait, because sending
 * them by default settings could be wrong. All other webhooks work.
 */
export function makeUnreadSettings(logger: Logger, load: Load): UnreadSettings {
  const unread = new Map<number, string>();

  const note = ({ webhooks, deletedWebhookIds }: CatalogChanges) => {
    for (const id of deletedWebhookIds) unread.delete(id);
    const found: number[] = [];
    for (const { id, settingsProblem } of webhooks) {
      if (settingsProblem === undefined) {
        if (unread.delete(id)) logger.info('webhook.settings_read', { webhook_id: id });
      } else {
        if (unread.get(id) !== settingsProblem) found.push(id);
        unread.set(id, settingsProblem);
      }
    }
    const [first] = found;
    if (first === undefined) return;
    const fields = { webhooks: found.length, webhook_ids: found.slice(0, MAX_NAMED), error: unread.get(first) };
    logger.error('webhook.settings_not_read', fields);
  };

  return {
    load: (known, onPart) => {
      let isFirst = true;
      return load(known, (part, history) => {
        if (isFirst && history !== 'continued') unread.clear();
        isFirst = false;
        note(part);
        onPart(part, history);
      });
    },
    webhooks: () => unread.size,
    degraded: () => {
      const [first] = unread;
      if (!first) return [];
      const ids = [...unread.keys()].slice(0, MAX_NAMED).join(', ');
      const problem = `Nothing is sent to ${unread.size} webhooks, among them ${ids}. Webhook ${first[0]}: ${first[1]}.`;
      return [{ reason: 'settings_not_read', problem }];
    },
  };
}
