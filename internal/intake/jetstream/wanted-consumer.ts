import type { JetStreamManager, NatsConnection } from 'nats';
import type { PullTarget } from './pull-target.js';
import type { BeginAt } from './stream-settings.js';

/** A durable consumer that has to be read. */
export interface WantedConsumer {
  readonly target: PullTarget;
  /** The creation time of the stream (RFC 3339). A stream of the same name with another time is another stream. */
  readonly created: string;
  /** The one subject to read from a stream that is not ours. */
  readonly filter: string | undefined;
  /**
   * The position where the consumer begins if it has to be made and was not read before. Absent means as the settings
   * say.
   */
  readonly begin?: BeginAt;
  /** Other consumers replace it: it is read until it is empty, and then removed. */
  readonly isLeft?: true;
}

/** A connection and the manager of its streams. */
export interface StreamLink {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
}
