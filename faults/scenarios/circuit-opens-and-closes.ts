import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import type { Instance } from '../world/instance.js';

const MESSAGES = 120;
const PROBE_MS = 500;
/** The time during which the open circuit is observed. */
const WATCHED_MS = 4000;
/** Without a circuit breaker, a delivery is given up after 300 ms. */
const ENV = {
  HUKZ_RETRY_SCHEDULE: '100ms,100ms,100ms',
  HUKZ_BREAKER_FAILURES: '10',
  HUKZ_BREAKER_PROBE: `${PROBE_MS}ms`,
  HUKZ_BREAKER_PROBE_MAX: `${PROBE_MS}ms`,
};

export const circuitOpensAndCloses: Scenario = {
  name: 'circuit-opens-and-closes',
  title: 'a receiver fails for a while: its circuit is open in all instances, also after kill -9, and no delivery dies',
  isDeadly: true,
  async run({ hooks, publisher, tally, ...site }) {
    const start = () => site.start({ env: ENV });
    const instances = [await start(), await start()] as const;
    const id = await site.webhook(instances[0], 'ailing', 'a.b');
    const receiver = makeAiling();
    hooks.conduct('ailing', receiver.conduct);
    tally.fault();
    await publisher.burst('a.b', MESSAGES);
    for (const instance of instances) await until(() => isOpen(instance, id), 'the circuit open');
    await untilQuiet(instances, receiver);

    const probes = receiver.watch();
    await publisher.burst('a.b', MESSAGES);
    await sleep(WATCHED_MS / 2);
    tally.interruption();
    await instances[0].kill();
    const again = await start();
    if (!(await isOpen(again, id))) throw new ScenarioFailure('the circuit was closed after a restart');
    await sleep(WATCHED_MS / 2);
    await until(() => probes.count() >= 3, 'three probes');
    const most = 1 + Math.floor(probes.lastedMs() / PROBE_MS);
    if (probes.count() > most)
      throw new ScenarioFailure(
        `${probes.count()} requests arrived while the circuit was open; at most ${most} are allowed`,
      );
    if (probes.maxAtOnce() > 1) throw new ScenarioFailure(`${probes.maxAtOnce()} probes were open at the same time`);

    receiver.recover();
    tally.healed();
    await until(async () => !(await isOpen(instances[1], id)), 'the circuit closed automatically');
  },
};

async function isOpen({ api }: Instance, id: number): Promise<boolean> {
  const { body } = await api.get(`/webhooks/${id}`);
  return body.circuit !== undefined;
}

/** Waits until the requests that were under way when the circuit opened have ended, in every instance. */
async function untilQuiet(instances: readonly Instance[], { open }: Ailing): Promise<void> {
  const isQuiet = async (instance: Instance) =>
    (await instance.metric('hukz_circuits_open')) === 1 && (await instance.metric('hukz_deliveries_queued')) === 0;
  for (const instance of instances) await until(() => isQuiet(instance), 'the circuit known to every instance');
  await until(() => open() === 0, 'no request under way');
}

type Ailing = ReturnType<typeof makeAiling>;

/** Answers 500 after a moment until it recovers, and counts the requests since `watch` was called. */
function makeAiling() {
  let status = 500;
  let open = 0;
  let seen = { count: 0, maxAtOnce: 0 };
  return {
    open: () => open,
    recover() {
      status = 200;
    },
    async conduct() {
      open++;
      seen.count++;
      seen.maxAtOnce = Math.max(seen.maxAtOnce, open);
      await sleep(20);
      open--;
      return { status };
    },
    watch() {
      const from = performance.now();
      const mine = { count: 0, maxAtOnce: 0 };
      seen = mine;
      return {
        count: () => mine.count,
        maxAtOnce: () => mine.maxAtOnce,
        lastedMs: () => performance.now() - from,
      };
    },
  };
}
