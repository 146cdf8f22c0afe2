import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { findFreePort } from '../../internal/local/free-port.js';
import { startNatsServer } from '../../internal/local/nats-server.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

const PER_SECOND = 200;
/** The minimum that nats-server allows. A server that has closed all connections ends earlier. */
const DURATION = '30s';
const GRACE = '3s';
/** This is longer than the grace period, so that the server closes the remaining connections. */
const LOADED_MS = 6000;

export const lameDuck: Scenario = {
  name: 'lame-duck',
  title: 'a server of a cluster goes into lame duck mode under load',
  modes: ['core'],
  async run({ broker, publisher, tally, directory, endings, ...site }) {
    const [here, there] = [await findFreePort(), await findFreePort()];
    const clusterOf = (own: number, other: number) => [
      ...['--cluster_name', 'ours', '--cluster', `nats://127.0.0.1:${own}`],
      ...['--routes', `nats://127.0.0.1:${other}`],
    ];
    await broker.halt();
    await broker.start({ args: clusterOf(here, there) });
    const config = join(directory, 'leaving.conf');
    await writeFile(config, `lame_duck_duration: "${DURATION}"\nlame_duck_grace_period: "${GRACE}"`);
    const leaving = await startNatsServer({ jetstream: false, args: [...clusterOf(there, here), '-c', config] });
    endings.add(() => leaving.kill());
    const instance = await site.start({ env: { HUKZ_NATS_URL: leaving.url } });
    await site.webhook(instance, 'fine', 'a.b');
    await knowEachOther(leaving.url, broker.url);
    const load = publisher.load(['a.b'], PER_SECOND);
    await sleep(500);
    tally.fault();
    process.kill(leaving.pid, 'SIGUSR2');
    await until(() => instance.lines.some((line) => line.includes('"nats.moved"')), 'another server used');
    await sleep(LOADED_MS);
    tally.healed();
    await load.stop();
  },
};

/** Resolves when each server knows all earlier subscriptions of the other: a route keeps the order. */
async function knowEachOther(one: string, two: string): Promise<void> {
  const [hearing, saying] = await Promise.all([connect({ servers: one }), connect({ servers: two })]);
  let heard = false;
  hearing.subscribe('hello', {
    callback: () => {
      heard = true;
    },
  });
  await hearing.flush();
  await until(() => {
    saying.publish('hello');
    return heard;
  }, 'the two servers knowing each other');
  await Promise.all([hearing.close(), saying.close()]);
}
