import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';
import type { Instance } from '../world/instance.js';

const CHURN_MS = 3000;
const A_SECOND = 100;
const AT_ONCE = 4;

export const eventChurn: Scenario = {
  name: 'event-churn',
  title: 'events created and deleted 100 times a second while messages are published',
  async run({ publisher, tally, ...site }) {
    const [one, two] = [await site.start(), await site.start()];
    await site.webhook(one, 'fine', 'steady.one');
    const churned = Array.from({ length: 10 }, (_, n) => `churned.e${n}`);
    const load = publisher.load(['steady.one', ...churned], 200);
    const until = performance.now() + CHURN_MS;
    const churn = async (worker: number) => {
      const instance = worker % 2 === 0 ? one : two;
      for (let n = 0; performance.now() < until; n++) {
        const from = performance.now();
        tally.fault();
        await makeAndDelete(instance, churned[(n * AT_ONCE + worker) % churned.length] ?? '');
        await sleep(Math.max(0, (AT_ONCE * 1000) / A_SECOND - (performance.now() - from)));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => churn(worker)));
    tally.healed();
    await load.stop();
  },
};

/** Another worker may use the same event at this moment; in that case the API refuses the request. */
async function makeAndDelete({ api }: Instance, subject: string): Promise<void> {
  const id = await api.event(subject).catch((error: Error) => {
    if (!error.message.includes(': 422 ')) throw error;
    return undefined;
  });
  if (id !== undefined) await api.delete(`/events/${id}`).expect(200);
}
