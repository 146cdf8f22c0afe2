import { connect, type JetStreamManager, nanos } from 'nats';
import type { Broker } from './broker.js';
import { until } from './until.js';

/** The names that hukz gives them by itself, and with the queue group of our instances. */
export const STREAM = 'HUKZ';
export const CONSUMER = 'hukz';

/** The server delivers again after seconds what a dead instance has not acknowledged. */
const REDELIVERED_WITHIN_MS = 150_000;

/** Messages that hukz's consumers have not read or not acknowledged, in its own stream and in those of others. */
async function countWaiting({ consumers, streams }: JetStreamManager): Promise<number> {
  const infos = [await consumers.info(STREAM, CONSUMER)];
  for await (const { config } of streams.list()) {
    if (config.name === STREAM) continue;
    for await (const info of consumers.list(config.name)) if (info.name.startsWith(CONSUMER)) infos.push(info);
  }
  return infos.reduce((sum, { num_ack_pending, num_pending }) => sum + num_ack_pending + num_pending, 0);
}

/** Whether the stream's consumer has been told of every message. False too when that cannot be found out. */
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

/** Waits until the stream's consumer has been told of every message that it delivered. */
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

/** What an instance had in its hands when it died is delivered again after this time. */
export async function redeliverAfter({ url }: Broker, ms: number): Promise<void> {
  const connection = await connect({ servers: url });
  try {
    const { consumers } = await connection.jetstreamManager();
    await consumers.update(STREAM, CONSUMER, { ack_wait: nanos(ms) });
  } finally {
    await connection.close();
  }
}

/** Does to the streams what an operator may do. */
export async function asOperator<T>({ url }: Broker, work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: url });
  try {
    return await work(await connection.jetstreamManager());
  } finally {
    await connection.close();
  }
}
