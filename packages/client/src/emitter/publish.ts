import type { Space } from '../options.js';
import type { Emitted } from './contract.js';

/** An event on its way to the service. */
export interface Publication {
  /** The subject. */
  readonly event: string;
  readonly payload: Uint8Array;
  readonly requestId: string;
  /** Only webhooks of this space get the event. */
  readonly space: Space | undefined;
  /** Aborted when `stop` waits no longer. */
  readonly signal: AbortSignal;
}

/**
 * Publishes an event, and resolves with the number of its webhooks, or null if it is not known, when the event is safe.
 * Events are published in the order of the calls.
 */
export type Publish = (publication: Publication) => Promise<Emitted['webhooks']>;
