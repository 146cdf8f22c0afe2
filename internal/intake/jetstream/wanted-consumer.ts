import type { JetStreamManager, NatsConnection } from 'nats';
import type { PullTarget } from './pull-target.js';
import type { BeginAt } from './stream-settings.js';

/** A durable consumer that is to be read. */
export interface WantedConsumer {
  readonly target: PullTarget;
  /** RFC 3339, of the stream: another one of the same name is another stream. */
  readonly created: string;
  /** The one subject to be read of a stream that is not ours. */
  readonly filter: string | undefined;
  /** Where it begins when it has to be made and was not read before; absent: as the settings say. */
  readonly begin?: BeginAt;
  /** Others are read in its place: it is read until it is empty, and removed. */
  readonly isLeft?: true;
}

/** A connection and what manages its streams. */
export interface StreamLink {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
}
