import { connect, type JetStreamManager, nanos } from 'nats';
import { until } from '../until.js';
import type { Broker } from './broker.js';

/** The default name of hukz's stream, and the name of its consumer for the queue group of the suite's instances. */
export const STREAM = 'HUKZ';
export const CONSUMER = 'hukz';

/** The server redelivers messages that a dead instance has not acknowledged only after a time. */
const REDELIVERED_WITHIN_MS = 150_000;

/**
 * Counts messages that hukz's consumers have not read or not acknowledged, in its own stream and in those of others.
 */
async function countWaiting({ consumers, streams }: JetStreamManager): Promise<number> {
  const infos = [await consumers.info(STREAM, CONSUMER)];
  for await (const { config } of streams.list()) {
    if (config.name === STREAM) continue;
    for await (const info of consumers.list(config.name)) if (info.name.startsWith(CONSUMER)) infos.push(info);
  }
  return infos.reduce((sum, { num_ack_pending, num_pending }) => sum + num_ack_pending + num_pending, 0);
}

/** Whether every message of the stream is acknowledged by the consumer. Also false if this cannot be determined. */
export async function isStreamDone({ url }: Broker): Promise<boolean> {
  const connection = await connect({ servers: url, reconnect: false }).catch(() => undefined);
  if (!connection) return false;
  try {
    return (await countWaiting(await connection.jetstreamManager())) === 0;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

/** Waits until every message that the stream's consumer delivered is acknowledged. */
export async function untilNothingIsUnacknowledged({ url }: Broker): Promise<void> {
  const connection = await connect({ servers: url });
  try {
    const manager = await connection.jetstreamManager();
    const isDone = async () => (await countWaiting(manager)) === 0;
    await until(isDone, 'all messages acknowledged', REDELIVERED_WITHIN_MS);
  } finally {
    await connection.close();
  }
}

/** Messages that a dead instance had not acknowledged are redelivered after this time. */
export async function redeliverAfter({ url }: Broker, ms: number): Promise<void> {
  const connection = await connect({ servers: url });
  try {
    const { consumers } = await connection.jetstreamManager();
    await consumers.update(STREAM, CONSUMER, { ack_wait: nanos(ms) });
  } finally {
    await connection.close();
  }
}

/** Changes the streams as an operator may. */
export async function asOperator<T>({ url }: Broker, work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: url });
  try {
    return await work(await connection.jetstreamManager());
  } finally {
    await connection.close();
  }
}
