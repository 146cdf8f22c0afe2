import { DeliverPolicy } from 'nats';
import type { ConsumerPosition } from '../../../domain/streams/consumer-position.js';
import { markOf } from '../stream-position.js';
import { firstSequenceSince } from './first-sequence-since.js';
import { floorOf, type Look } from './look.js';

export interface SupposedPositionDeps {
  /** The highest sequence that the journal has of the stream with this mark, unless the stream has long been quiet. */
  findNewest(mark: string): Promise<number | undefined>;
  /** Minimum time for which the journal keeps messages. The absence of an older message proves nothing. */
  readonly retentionMs: number;
}

/**
 * The position from which a consumer has to be compared that has acknowledged messages and has no row in the database:
 * its row was never written, or was lost together with the later acknowledgements. Messages are committed out of order,
 * within the maximum number of unacknowledged messages. Therefore the comparison begins that many messages before the
 * newest one of the journal. An even earlier message that waited for its redelivery at the time of the backup is not
 * covered.
 */
export async function supposePosition(deps: SupposedPositionDeps, look: Look): Promise<ConsumerPosition> {
  const { target, stream, consumer } = look;
  const { config } = consumer;
  const newest = await deps.findNewest(markOf({ name: target.stream, created: stream.created }));
  const begins = [1];
  if (config.opt_start_seq) begins.push(config.opt_start_seq);
  if (newest !== undefined) begins.push(newest + 1 - (config.max_ack_pending ?? 0));
  const since: string[] = [];
  if (config.deliver_policy === DeliverPolicy.New) since.push(consumer.created);
  if (config.opt_start_time) since.push(config.opt_start_time);
  if (newest === undefined) since.push(new Date(Date.now() - deps.retentionMs).toISOString());
  for (const time of since) begins.push(await firstSequenceSince(look.manager, target.stream, time));
  const acknowledged = Math.min(Math.max(...begins) - 1, floorOf(consumer));
  const { created: consumerCreated, delivered } = consumer;
  const [passed, deliveries] = [delivered.stream_seq, delivered.consumer_seq];
  return { streamCreated: stream.created, consumerCreated, acknowledged, passed, deliveries };
}
