import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';

const WEBHOOKS = 100;
const ROUNDS = 3;
/** A declaration takes about half a second, and is cut off in each part of it. */
const MAX_WAIT_MS = 600;
const AGAIN_AFTER_MS = 100;

export const applyAndRestart: Scenario = {
  name: 'apply-and-restart',
  title: 'PostgreSQL is killed while a declaration is applied: all of it is stored or nothing, as the answer says',
  modes: ['core'],
  async run({ hooks, cluster, publisher, tally, ...site }) {
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    const load = publisher.load(['a.b'], 50);
    const declaration = (name: string) => ({
      managed_by: 'faults',
      webhooks: Array.from({ length: WEBHOOKS }, (_, n) => ({
        key: `hook-${n}`,
        name,
        url: hooks.urlOf('never'),
        events: [],
        auth: { type: 'bearer', token: `the-token-of-${name}` },
      })),
    });
    const put = async (name: string) => {
      const { status, body } = await instance.api.put('/apply', declaration(name));
      return { status, message: String(body.errors?.[0]?.message ?? '') };
    };
    const untilApplied = async (name: string) => {
      for (;;) {
        const { status, message } = await put(name);
        if (status === 200) return;
        if (status !== 503) throw new ScenarioFailure(`the declaration was answered with ${status}: ${message}`);
        await sleep(AGAIN_AFTER_MS);
      }
    };

    for (let round = 0; round < ROUNDS; round++) {
      const [old, fresh] = [`old-${round}`, `new-${round}`];
      await untilApplied(old);
      const answering = put(fresh);
      await sleep((round * MAX_WAIT_MS) / ROUNDS);
      tally.fault();
      await cluster.kill();
      await cluster.start();
      const { status, message } = await answering;
      const rows = await cluster.query<{ name: string }>(
        `select distinct name from webhooks where managed_by = 'faults' and deleted_at is null`,
      );
      const names = rows.map((row) => row.name);
      if (names.length !== 1) throw new ScenarioFailure(`a part of the declaration is stored: ${names.join(', ')}`);
      const problem = contradiction({ status, message, isApplied: names[0] === fresh });
      if (problem) throw new ScenarioFailure(`${problem}: ${status} ${message}`);
      await untilApplied(fresh);
    }
    tally.healed();
    await load.stop();
  },
};

interface Answered {
  readonly status: number;
  readonly message: string;
  readonly isApplied: boolean;
}

/** Returns the contradiction between an answer and the stored declaration. */
function contradiction({ status, message, isApplied }: Answered): string | undefined {
  if (status === 200 || message.startsWith('Saved')) return isApplied ? undefined : 'nothing is stored';
  if (status !== 503) return 'the answer is not an outage';
  if (message.includes('either all of the declaration was applied or nothing')) return undefined;
  return isApplied ? 'the declaration is stored' : undefined;
}
