import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Instance } from './instance.js';

/** The answer that accepted a message. */
export interface Acceptance {
  /** hukz had accepted the message before, so that an earlier answer was lost. */
  readonly isDuplicate: boolean;
}

const RETRY_AFTER_MS = 25;
/** The statuses after which a client sends its message again, under the same key. */
const RETRIED = new Set([429, 503]);

/**
 * Publishes a message over HTTP under an idempotency key, and repeats the request until the message is accepted. Each
 * request goes to the instance that runs at that time.
 */
export async function publishUntilAccepted(
  { subject, number }: { readonly subject: string; readonly number: number },
  instance: () => Pick<Instance, 'port'>,
): Promise<Acceptance> {
  for (;;) {
    const accepted = await ask(subject, number, instance().port);
    if (accepted) return accepted;
    await sleep(RETRY_AFTER_MS);
  }
}

/** Undefined means that the message was not accepted, or that the answer was lost. */
async function ask(subject: string, number: number, port: number): Promise<Acceptance | undefined> {
  const request = {
    method: 'POST',
    headers: { 'x-user': '1', 'content-type': 'application/json', 'idempotency-key': `n${number}` },
    body: JSON.stringify({ event: subject, payload: { n: number } }),
  };
  const answer = await fetch(`http://127.0.0.1:${port}/messages`, request).catch(() => undefined);
  const text = await answer?.text().catch(() => undefined);
  if (!answer || text === undefined || RETRIED.has(answer.status)) return undefined;
  if (answer.status !== 202) throw new ScenarioFailure(`message ${number} was answered with ${answer.status}: ${text}`);
  return { isDuplicate: (JSON.parse(text) as { readonly duplicate?: boolean }).duplicate === true };
}
