import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '../world/instance.js';

const CHANGES_PER_SECOND = 3;

export interface Churn {
  readonly changes: number;
  stop(): Promise<void>;
}

/** Creates, changes and deletes events and webhooks that receive no messages, three changes per second. */
export function startChurn({ api }: Instance, url: string): Churn {
  let changes = 0;
  let isStopped = false;
  const pause = () => sleep(1000 / CHANGES_PER_SECOND);
  const change = async <T>(made: PromiseLike<T>): Promise<T> => {
    const result = await made;
    changes++;
    await pause();
    return result;
  };
  const round = async (n: number) => {
    const event = await change(api.event(`churned.e${n}`));
    const webhook = await change(api.webhook(url, [event]));
    await change(api.patch(`/webhooks/${webhook}`, { tags: { round: String(n) } }).expect(200));
    await change(api.delete(`/webhooks/${webhook}`).expect(200));
    await change(api.delete(`/events/${event}`).expect(200));
  };
  const run = async () => {
    for (let n = 0; !isStopped; n++) await round(n);
  };
  const running = run();
  // The failure is reported to the caller that stops the churn.
  running.catch(() => undefined);
  return {
    get changes() {
      return changes;
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}
