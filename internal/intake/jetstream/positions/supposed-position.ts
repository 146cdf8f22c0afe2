import { DeliverPolicy } from 'nats';
import type { ConsumerPosition } from '../../../domain/streams/consumer-position.js';
import { markOf } from '../stream-position.js';
import { firstSequenceSince } from './first-sequence-since.js';
import { floorOf, type Look } from './look.js';

export interface SupposedPositionDeps {
  /** The highest sequence that the journal has of the stream with this mark, unless the stream has long been quiet. */
  findNewest(mark: string): Promise<number | undefined>;
  /** How long the journal keeps messages at least: an older one that is absent proves nothing. */
  readonly retentionMs: number;
}

/**
 * From where a consumer has to be compared that has acknowledged messages and of which the database has no row: it was never
 * recorded, or the row is lost with what was acknowledged since. Messages are committed out of order by as many as may be
 * unacknowledged at once, so the comparison begins so far in front of the newest one of the journal. Not covered: a message
 * further in front of it that waited for its redelivery when the backup was made.
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
