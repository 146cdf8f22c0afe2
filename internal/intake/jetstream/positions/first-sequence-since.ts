import { AckPolicy, DeliverPolicy, type JetStreamManager, nanos } from 'nats';

/** The server removes the consumer after this time if its deletion fails. */
const FORGOTTEN_MS = 60_000;

/** The first sequence of a stream at or after a time (RFC 3339), as reported for a new consumer that begins there. */
export async function firstSequenceSince(manager: JetStreamManager, stream: string, time: string): Promise<number> {
  const { name, delivered } = await manager.consumers.add(stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: time,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: nanos(FORGOTTEN_MS),
  });
  await manager.consumers.delete(stream, name).catch(() => undefined);
  return delivered.stream_seq + 1;
}
