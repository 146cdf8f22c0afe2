import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import type { RateLimit } from '../../domain/matching/webhook-settings.js';
import { Fifo } from './fifo.js';
import type { SlotClass, SlotKind } from './slot-tree.js';

/** The deliveries of one webhook that wait for a slot, and the number of requests in flight to it. */
export interface Lane {
  readonly webhookId: number;
  readonly place: SlotClass<Lane>;
  /** Whether the lane is in the ring of that kind. */
  readonly lined: Record<SlotKind, boolean>;
  readonly fresh: Fifo<OwnedDelivery>;
  readonly retries: Fifo<OwnedDelivery>;
  inFlight: number;
}

/** The limits of one webhook that differ from the defaults. */
export interface LaneRules {
  readonly maxInFlight?: number;
  readonly rate?: RateLimit;
}

export const makeLane = (webhookId: number, place: SlotClass<Lane>): Lane => ({
  webhookId,
  place,
  lined: { fresh: false, retry: false, hung: false },
  fresh: new Fifo(),
  retries: new Fifo(),
  inFlight: 0,
});

export const isEmpty = ({ fresh, retries }: Lane): boolean => fresh.length === 0 && retries.length === 0;

/** The kind of slot that a delivery takes, unless its webhook hangs. */
export const kindOf = (delivery: OwnedDelivery): SlotKind =>
  delivery.attempts > 0 || delivery.replay === true ? 'retry' : 'fresh';

export const queueOf = (lane: Lane, delivery: OwnedDelivery): Fifo<OwnedDelivery> =>
  kindOf(delivery) === 'retry' ? lane.retries : lane.fresh;

/** Retries and new messages to a hanging webhook share its slots. The longer queue goes first. */
export function queueFor(lane: Lane, kind: SlotKind): Fifo<OwnedDelivery> {
  if (kind === 'hung') return lane.retries.length > lane.fresh.length ? lane.retries : lane.fresh;
  return kind === 'retry' ? lane.retries : lane.fresh;
}
