import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 10;
/** Limits are meant for a machine with nothing else to do, and the slowest with much else still passes. */
const ALLOWANCE = 3;

export interface Patience {
  /** The name of the condition, for the error message. */
  readonly what: string;
  /** Default 20,000. It is multiplied by an allowance for slow machines. */
  readonly timeoutMs?: number;
}

/** Waits until the condition holds, or fails with a sentence. A condition that throws does not hold yet. */
export async function eventually(condition: () => unknown, patience: Patience): Promise<void> {
  const timeoutMs = (patience.timeoutMs ?? 20_000) * ALLOWANCE;
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
