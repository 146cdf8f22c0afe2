import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';
import type { Instance } from '../world/instance.js';
import { STREAM, untilNothingIsUnacknowledged } from '../world/stream.js';

const ALONE_MS = 800;
const BESIDE_MS = 1200;

export const intakeSwitched: Scenario = {
  name: 'intake-switched',
  title:
    'from core to jetstream and back under load, new instances beside old ones: with Nats-Msg-Id nothing arrives twice',
  // The server must have JetStream; the intake of each instance is set below.
  modes: ['jetstream'],
  async run(site) {
    const { broker, publisher, tally } = site;
    const core = await startWith(site, 'core');
    await site.webhook(core, 'fine', 'a.b');
    const load = publisher.load(['a.b'], 100, { withIds: true });
    await sleep(ALONE_MS);
    const stream = await startWith(site, 'jetstream');
    await sleep(BESIDE_MS);
    tally.fault();
    await end(core);
    await sleep(ALONE_MS);
    await startWith(site, 'core');
    await sleep(BESIDE_MS);
    await untilNothingIsUnacknowledged(broker);
    tally.fault();
    await end(stream);
    await deleteStream(site);
    tally.healed();
    await sleep(ALONE_MS);
    await load.stop();
  },
};

const startWith = (site: Site, intake: string) => site.start({ env: { HUKZ_INTAKE: intake } });

async function end(instance: Instance): Promise<void> {
  instance.signal('SIGTERM');
  const code = await instance.ended;
  if (code !== 0) throw new ScenarioFailure(`an instance that was asked to stop ended with ${code}`);
}

async function deleteStream({ broker }: Site): Promise<void> {
  const connection = await connect({ servers: broker.url });
  try {
    await (await connection.jetstreamManager()).streams.delete(STREAM);
  } finally {
    await connection.close();
  }
}
