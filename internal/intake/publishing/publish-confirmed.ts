import { setImmediate } from 'node:timers/promises';
import { ErrorCode, type NatsConnection, NatsError, type PublishOptions } from 'nats';
import { Recent } from '../../recent.js';

/** Subjects of refused messages that are remembered per connection. */
const MAX_SUBJECTS = 1000;

/** The refusals of one connection. */
class Refusals {
  total = 0;
  /** The number of the latest refusal of each subject, counted from 1. */
  readonly latest = new Recent<string, number>(MAX_SUBJECTS);

  async readFrom(connection: NatsConnection): Promise<void> {
    for await (const { permissionContext } of connection.status())
      if (permissionContext?.operation === 'publish') this.latest.set(permissionContext.subject, ++this.total);
  }
}

const REFUSALS = new WeakMap<NatsConnection, Refusals>();

/**
 * Publishes a message, and waits until the server has read it. A server that refuses a message for want of a permission
 * says so before it answers the flush, and the client shows that in the statuses of the connection alone.
 * @throws {NatsError} with the code of a permissions violation if the user may not publish on the subject
 */
export async function publishConfirmed(
  connection: NatsConnection,
  subject: string,
  payload: Uint8Array | string,
  options: PublishOptions,
): Promise<void> {
  const refusals = refusalsOf(connection);
  const before = refusals.total;
  connection.publish(subject, payload, options);
  await connection.flush();
  // The statuses that arrived before the answer are read by then.
  await setImmediate();
  if ((refusals.latest.get(subject) ?? 0) > before)
    throw new NatsError(`the NATS user may not publish on ${subject}`, ErrorCode.PermissionsViolation);
}

function refusalsOf(connection: NatsConnection): Refusals {
  const known = REFUSALS.get(connection);
  if (known) return known;
  const refusals = new Refusals();
  REFUSALS.set(connection, refusals);
  void refusals.readFrom(connection);
  return refusals;
}
