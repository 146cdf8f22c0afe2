import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 10;

export interface Patience {
  /** What is waited for, for the message when it does not come. */
  readonly what: string;
  /** Default 5,000. */
  readonly timeoutMs?: number;
}

/** Waits until the condition holds, or fails in words. A condition that throws does not hold yet. */
export async function eventually(condition: () => unknown, patience: Patience): Promise<void> {
  const timeoutMs = patience.timeoutMs ?? 5000;
  const deadline = performance.now() + timeoutMs;
  let thrown: unknown;
  do {
    try {
      thrown = undefined;
      if (await condition()) return;
    } catch (error) {
      thrown = error;
    }
    await sleep(EVERY_MS);
  } while (performance.now() < deadline);
  throw new Error(`${patience.what}: not within ${timeoutMs} ms`, { cause: thrown });
}
