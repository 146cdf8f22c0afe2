import { DELIVERY_EVENT_PREFIX } from '../delivery/delivery-event-subject.js';
import { AUDIT_PREFIX } from './audit-event.js';

/** The prefixes under which hukz publishes. A message there never fires a webhook, even if a wildcard covers it. */
export const OWN_PREFIXES = [DELIVERY_EVENT_PREFIX, AUDIT_PREFIX] as const;
