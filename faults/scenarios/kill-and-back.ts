import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { makeGate } from '../world/conducts.js';

const MESSAGES = 5000;
const UNCOMMITTED = 500;
/**
 * A delivery that waits for a timeout of hukz arrives after a silence of at least 20 s. A busy machine is slow, but not
 * silent.
 */
const MAX_SILENCE_MS = 10_000;
const PATIENCE_MS = 120_000;

/** The column `recovered` counts from the kill. */
export const killAndBack: Scenario = {
  name: 'kill-and-back',
  title: 'kill -9 of the only instance with 5,000 accepted, started again at once: nothing waits for a timeout',
  weight: 2,
  async run({ hooks, mode, publisher, tally, toDatabase, ...site }) {
    const gate = makeGate();
    const first = await site.start();
    await site.webhook(first, 'one', 'a.b');
    hooks.conduct('one', gate.conduct);
    await publisher.burst('a.b', MESSAGES);
    await until(async () => (await first.metric('hukz_messages_accepted_total')) >= MESSAGES, 'all committed');
    if (mode === 'jetstream') {
      // The instance has pulled these messages and never commits them: the stream has to deliver them again.
      toDatabase.park();
      await publisher.burst('a.b', UNCOMMITTED);
      await until(
        async () => (await first.metric('hukz_messages_waiting')) >= UNCOMMITTED,
        'messages waiting in the instance',
      );
    }
    tally.interruption();
    const killedAt = performance.now();
    await first.kill();
    toDatabase.pass();
    gate.open();
    await site.start();
    const all = publisher.published.length;
    const silence = { sinceMs: performance.now(), arrived: 0, maxMs: 0 };
    const everythingArrived = () => {
      const now = performance.now();
      const arrived = new Set(hooks.arrivals.map(({ number }) => number)).size;
      silence.maxMs = Math.max(silence.maxMs, now - silence.sinceMs);
      if (arrived > silence.arrived) Object.assign(silence, { arrived, sinceMs: now });
      return arrived === all;
    };
    await until(everythingArrived, 'everything arrived', PATIENCE_MS);
    if (silence.maxMs > MAX_SILENCE_MS) {
      const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
      throw new ScenarioFailure(
        `the last message arrived ${seconds(performance.now() - killedAt)} after the kill, with ${seconds(silence.maxMs)} of silence`,
      );
    }
  },
};
