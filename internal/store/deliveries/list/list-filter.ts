import type { Visibility } from '../../../identity/visibility.js';
import type { DeliveryState } from '../deliveries.js';

/** The deliveries to list. */
export interface DeliveryFilter {
  readonly visible: Visibility;
  /** Undefined: deliveries in any state. */
  readonly state?: DeliveryState | undefined;
  readonly webhookId?: number | undefined;
  /** The subject of the message, exactly. */
  readonly subject?: string | undefined;
  /** From this instant on. The instant is that of the state: see `DeliveryKey.at`. */
  readonly since?: Date | undefined;
  /** Before this instant. */
  readonly until?: Date | undefined;
}

/** A delivery on a page, and its place in the list. */
export interface DeliveryKey {
  readonly deliveryId: string;
  readonly messageId: string;
  /** The instant in the exact form in which PostgreSQL writes it: half of the message's key. */
  readonly receivedAt: string;
  readonly webhookId: number;
}
