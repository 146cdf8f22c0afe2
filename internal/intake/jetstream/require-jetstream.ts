import { type JetStreamManager, NatsError } from 'nats';
import { UnusableNats } from '../intake.js';
import { apiCodeOf } from './refusal.js';

const NOT_ENABLED = new Set([10_039, 10_076]);

/** @throws {UnusableNats} if the server, or the account of hukz on it, has no JetStream */
export async function requireJetStream(jsm: () => Promise<JetStreamManager>): Promise<JetStreamManager> {
  try {
    return await jsm();
  } catch (error) {
    const code = error instanceof NatsError ? error.code : undefined;
    if (code !== '503' && !NOT_ENABLED.has(apiCodeOf(error) ?? 0)) throw error;
    throw new UnusableNats(
      'JetStream is not available to hukz on this NATS server: start it with "-js" (or enable it for the account of hukz), or set INTAKE=core',
    );
  }
}
