import type { ConsumerInfo, JetStreamManager, NatsConnection, StreamInfo } from 'nats';
import { covers } from '../../../domain/matching/subject-overlap.js';
import type { Sighting } from '../../../domain/streams/consumer-position.js';
import type { PullTarget } from '../pull-target.js';

/** A consumer as it was found. */
export interface Look {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly target: PullTarget;
  readonly stream: StreamInfo;
  readonly consumer: ConsumerInfo;
  readonly filter: string | undefined;
  /** Numbers of those deliveries that were repetitions and came to us. */
  readonly repeated: readonly number[];
}

/** Where nothing is open, all that was delivered is acknowledged; the server's own floor of a new consumer may be 0 (2.9.10). */
export const floorOf = ({ num_ack_pending, ack_floor, delivered }: ConsumerInfo) =>
  num_ack_pending === 0 ? delivered.stream_seq : ack_floor.stream_seq;

export function toSighting({ stream, consumer, filter, repeated }: Look): Sighting {
  const subjects = stream.config.subjects ?? [];
  return {
    streamCreated: stream.created,
    consumerCreated: consumer.created,
    acknowledged: floorOf(consumer),
    delivered: consumer.delivered.stream_seq,
    deliveries: consumer.delivered.consumer_seq,
    firstSequence: stream.state.first_seq,
    lastSequence: stream.state.last_seq,
    readsAll: filter === undefined || (subjects.length > 0 && subjects.every((held) => covers(filter, held))),
    repeated,
  };
}
