import { DecisiveTest, type FilterReason } from '../../filter/explaining/decisive-test.js';
import type { Catalog, CatalogWebhook } from '../catalog.js';
import { type Matchable, type MatchedIn, type Obstacle, obstacleTo } from '../matches.js';
import type { MessageHead } from '../message-view.js';

/** The part of a webhook, or of a message, that decides whether the webhook fires. */
export type Because = Obstacle | 'disabled';

/** The decision about one webhook and one message. A webhook without a filter fires because of its event. */
export interface Explanation {
  readonly fires: boolean;
  readonly because: Because;
  /** Present if a filter has decided, unless this version of hukz cannot read it. */
  readonly filter?: FilterReason | undefined;
}

/** Decides about a webhook and a message as `matches` does, with the reason. */
export function explain(webhook: Matchable, message: MessageHead, within: MatchedIn): Explanation {
  const decisive = new DecisiveTest();
  const obstacle = obstacleTo(webhook, message, within, decisive);
  const because = obstacle ?? (webhook.settings.filter ? 'filter' : 'event');
  return { fires: obstacle === undefined, because, filter: because === 'filter' ? decisive.reason : undefined };
}

/** Decides about a webhook of a catalog as `Catalog.match` does, with the reason. */
export function explainIn(catalog: Catalog, webhook: CatalogWebhook, message: MessageHead): Explanation {
  if (!webhook.enabled) return { fires: false, because: 'disabled' };
  const within = catalog.matchedIn(message.subject);
  // Without an event, nothing else matters to a reader, and `match` looks at nothing else.
  if (within.covering.length === 0) return { fires: false, because: 'event' };
  return explain(webhook, message, within);
}
