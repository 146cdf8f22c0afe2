import type { ConsumerInfo, JetStreamManager, NatsConnection, StreamInfo } from 'nats';
import { covers } from '../../../domain/matching/subject-overlap.js';
import type { Sighting } from '../../../domain/streams/consumer-position.js';
import type { PullTarget } from '../pull-target.js';

/** The found state of a consumer. */
export interface Look {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly target: PullTarget;
  readonly stream: StreamInfo;
  readonly consumer: ConsumerInfo;
  readonly filter: string | undefined;
  /** Consumer sequences of the redeliveries among them that this instance received. */
  readonly repeated: readonly number[];
}

/**
 * If no message is unacknowledged, all delivered messages are acknowledged. The server's own floor of a new consumer
 * may be 0 (2.9.10).
 */
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
