import { type NatsConnection, RequestStrategy } from 'nats';

/** How long services have to answer; a server on which there is none says so at once. */
const MAX_WAIT_MS = 500;

/**
 * The subjects on which services answer requests, as far as they can be asked: those of the NATS services protocol (`$SRV.INFO`).
 * Empty where there is none, and where our user may not ask.
 */
export async function findServices(connection: NatsConnection): Promise<readonly string[]> {
  const client = connection.services.client({ strategy: RequestStrategy.JitterTimer, maxWait: MAX_WAIT_MS });
  const subjects = new Set<string>();
  try {
    for await (const { endpoints } of await client.info()) {
      for (const { subject } of endpoints ?? []) subjects.add(subject);
    }
  } catch {
    // No responders, or the connection has ended, which its other users notice.
  }
  return [...subjects];
}
