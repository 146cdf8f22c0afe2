import type { Answer } from '../call.js';
import { Call } from '../call.js';
import { isRetryableStatus } from '../http/read-problems.js';
import { type RetryPolicy, waitBeforeNext } from '../http/retry-policy.js';
import type { CallOptions } from '../http/send.js';
import { wait } from '../http/wait.js';
import { HukzError } from '../hukz-error.js';

interface Line {
  readonly status: number;
}

interface Repetition<Item, L extends Line> {
  readonly items: readonly Item[];
  /** Publishes some of the items, each of which has an id, so that none is published twice. */
  readonly publish: (items: readonly Item[]) => Call<L[]>;
  readonly policy: RetryPolicy;
  readonly signal: CallOptions['signal'];
}

/**
 * Publishes a batch, and those of its items again that were refused for a while (429, 503). The answer has the last
 * line of each item. If a repetition fails as a whole, the lines stay as they were.
 */
export function repeatLines<Item, L extends Line>({ items, publish, policy, signal }: Repetition<Item, L>): Call<L[]> {
  const repeated = async (): Promise<Answer<L[]>> => {
    const answer = await publish(items).withAnswer();
    const lines = [...answer.data];
    for (let attempts = 1; ; attempts++) {
      const refused = lines.flatMap(({ status }, index) => (isRetryableStatus(status, undefined) ? [index] : []));
      const waitMs = refused.length === 0 ? undefined : waitBeforeNext(policy, attempts, { random: Math.random() });
      if (waitMs === undefined) return { ...answer, data: lines };
      await wait(waitMs, signal);
      const again = await unlessRefused(publish(refused.flatMap((index) => items.slice(index, index + 1))));
      if (!again) return { ...answer, data: lines };
      for (const [n, index] of refused.entries()) lines[index] = again[n] ?? (lines[index] as L);
    }
  };
  return new Call(repeated());
}

async function unlessRefused<T>(call: Call<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof HukzError) return undefined;
    throw error;
  }
}
