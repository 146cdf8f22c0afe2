import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';
import { flaky, silent, slow } from '../world/conducts.js';
import type { Hooks } from '../world/hooks.js';
import { startChurn } from './catalog-churn.js';
import type { Measure } from './flat.js';
import { startSampler } from './sampler.js';

export interface Soak {
  readonly scenario: Scenario;
  /** All samples so far. */
  series(): ReadonlyMap<Measure, readonly number[]>;
}

const MESSAGES_PER_SECOND = 300;
const KILL_EVERY_MS = 180_000;
/** The failing receiver fails for half of each period: long enough for its circuit to open, and to close again. */
const FAILING_PERIOD_MS = 60_000;

/** The number of messages for each subject, out of twenty. */
const SHARES = { 'soak.fine': 12, 'soak.flaky': 3, 'soak.slow': 2, 'soak.silent': 1, 'soak.failing': 1, 'soak.two': 1 };
const WEBHOOKS = {
  fine: 'soak.fine',
  flaky: 'soak.flaky',
  slow: 'soak.slow',
  silent: 'soak.silent',
  failing: 'soak.failing',
  'one-of-two': 'soak.two',
  'two-of-two': 'soak.two',
};
const ENV = {
  HUKZ_REQUEST_TIMEOUT: '4s',
  // These are the circuit breaker's defaults, with probes that come in time for the end of the soak.
  HUKZ_BREAKER_FAILURES: '20',
  HUKZ_BREAKER_SHARE: '0.9',
  HUKZ_BREAKER_PROBE: '2s',
  HUKZ_BREAKER_PROBE_MAX: '5s',
};

/** Two instances, one of which is killed every three minutes, under a constant load, with unhealthy receivers. */
export function makeSoak(minutes: number, say: (text: string) => void): Soak {
  let series: Soak['series'] = () => new Map();
  const scenario: Scenario = {
    name: 'soak',
    title: `${minutes} minutes at ${MESSAGES_PER_SECOND} messages a second`,
    mayLose: ['core'],
    isDeadly: true,
    async run(site) {
      const { hooks, publisher, tally } = site;
      const start = () => site.start({ env: ENV });
      const steady = await start();
      let mortal = await start();
      for (const [name, subject] of Object.entries(WEBHOOKS)) await site.webhook(steady, name, subject);
      const failing = conductAll(hooks);
      const sampler = startSampler({ instance: steady, site, say });
      series = sampler.series;
      const churn = startChurn(steady, hooks.urlOf('churned'));
      const load = publisher.load(mixed(SHARES), MESSAGES_PER_SECOND);
      const endsAt = performance.now() + minutes * 60_000;
      const killEveryMs = Math.min(KILL_EVERY_MS, (minutes * 60_000) / 3);
      for (let kills = 1; ; kills++) {
        const left = endsAt - performance.now();
        await sleep(Math.min(left, killEveryMs));
        if (left <= killEveryMs) break;
        tally.interruption();
        await mortal.kill();
        say(`kill -9, number ${kills}; ${churn.changes} changes of the catalog so far`);
        mortal = await start();
      }
      await churn.stop();
      await load.stop();
      await sampler.stop();
      failing.recover();
      tally.healed();
    },
  };
  return { scenario, series: () => series() };
}

function conductAll(hooks: Hooks): { recover(): void } {
  const startedAt = performance.now();
  let hasRecovered = false;
  hooks.conduct('flaky', flaky(0.2));
  hooks.conduct('slow', slow(150));
  hooks.conduct('silent', silent(0.02));
  hooks.conduct('failing', () => {
    const fails = (performance.now() - startedAt) % FAILING_PERIOD_MS < FAILING_PERIOD_MS / 2;
    return { status: fails && !hasRecovered ? 503 : 200 };
  });
  return {
    recover() {
      hasRecovered = true;
    },
  };
}

/** Lists each subject as often as its share says, evenly spread. */
function mixed(shares: Readonly<Record<string, number>>): readonly string[] {
  const places = Object.entries(shares).flatMap(([subject, share]) =>
    Array.from({ length: share }, (_, n) => ({ subject, at: (n + 0.5) / share })),
  );
  return places.sort((a, b) => a.at - b.at).map(({ subject }) => subject);
}
