import { findFreePort } from '../../internal/local/free-port.js';
import { openRawNats } from '../../internal/testkit/servers/raw-nats.js';
import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';
import { until } from '../until.js';
import type { Instance } from '../world/instance.js';

/** More starts are for manual runs: `STARTS=60 npm run faults -- ready-from-first-200 --mode core`. */
const STARTS = Number(process.env.STARTS ?? 3);
const RECONNECTIONS = 2;
const AT_ONCE = 5;
const LOCKED_MS = 3000;
const NO_HEADERS = Buffer.from('NATS/1.0\r\n\r\n');

export const readyFromFirst200: Scenario = {
  name: 'ready-from-first-200',
  title: 'messages published after the first 200 of /health/ready are accepted, after a start and a reconnection',
  async run(site) {
    const { broker, tally } = site;
    const first = await site.start();
    await site.webhook(first, 'fine', 'a.b');
    await end(first);
    let instance: Instance | undefined;
    for (let start = 0; start < STARTS; start++) {
      await end(instance);
      tally.fault();
      instance = await startAndPublish(site);
    }
    for (let round = 0; round < RECONNECTIONS && instance; round++) {
      const { port } = instance;
      tally.fault();
      await broker.halt();
      await until(async () => !(await isReady(port)), 'not ready without NATS');
      await broker.start();
      await publishWhenReady(site, port);
    }
    await end(instance);
    tally.fault();
    await startWithCatalogLocked(site);
    tally.healed();
  },
};

async function end(instance: Instance | undefined): Promise<void> {
  instance?.signal('SIGTERM');
  await instance?.ended;
}

async function startAndPublish(site: Site): Promise<Instance> {
  const port = await findFreePort();
  const starting = site.start({ env: { HUKZ_PORT: String(port) } });
  await publishWhenReady(site, port);
  return starting;
}

/** Uses a connection that is already open, so that nothing happens between the response and the first message. */
async function publishWhenReady({ broker, publisher }: Site, port: number): Promise<void> {
  const raw = await openRawNats(broker.port);
  await until(() => isReady(port), 'ready');
  for (let n = 0; n < AT_ONCE; n++) raw.publish('a.b', NO_HEADERS, `{"n":${publisher.number('a.b')}}`);
  await raw.flush();
  raw.close();
}

const isReady = (port: number) =>
  fetch(`http://127.0.0.1:${port}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

/** The instance has loaded its catalog and cannot read it again when NATS accepts its connection. */
async function startWithCatalogLocked(site: Site): Promise<Instance> {
  const { cluster, toNats } = site;
  const port = await findFreePort();
  toNats.refuse();
  const starting = site.start({ env: { HUKZ_PORT: String(port) } });
  await until(() => fetch(`http://127.0.0.1:${port}/health/ready`), 'an answer');
  const locked = cluster.query(
    `do $$ begin lock table catalog_version in access exclusive mode; perform pg_sleep(${LOCKED_MS / 1000}); end $$`,
  );
  const isLocked = `select from pg_locks where relation = 'catalog_version'::regclass and mode = 'AccessExclusiveLock' and granted`;
  await until(async () => (await cluster.query(isLocked)).length > 0, 'the lock');
  toNats.pass();
  await publishWhenReady(site, port);
  await locked;
  return starting;
}
