// `node --import ./internal/testkit/register-typescript.mjs scripts/measure-accounts.mjs [accounts] [events]`: measures
// the memory and the CPU time of an idle process without and with NATS accounts, on servers of its own.
import { setTimeout as sleep } from 'node:timers/promises';

const { makeTestDatabase } = await import('../internal/testkit/kits/test-database.ts');
const { startInstance } = await import('../internal/testkit/kits/test-instance.ts');
const { NatsAccounts } = await import('../internal/testkit/servers/nats-accounts.ts');
const { startTestServer } = await import('../internal/testkit/servers/test-server.ts');

const [accounts = 200, events = 20] = process.argv.slice(2).map(Number);
const IDLE_MS = 20_000;
const SETTLE_MS = 5000;

async function until(what, condition) {
  for (let tries = 0; tries < 1200; tries++) {
    if (await condition()) return;
    await sleep(100);
  }
  throw new Error(`${what}: not within two minutes`);
}

async function measure(count, intake) {
  const names = Array.from({ length: count }, (_, n) => `a${n}`);
  const nats = await NatsAccounts.start(names, { jetstream: true });
  const database = await makeTestDatabase();
  for (const [n, name] of names.entries()) await nats.put(`${n + 1}.creds`, nats.creds(name));
  const settings = {
    HUKZ_INTAKE: intake,
    HUKZ_NATS_CREDS_FILE: await nats.file('main.creds', nats.creds('main')),
    HUKZ_NATS_ACCOUNTS_DIR: nats.directory,
    HUKZ_LOG_LEVEL: 'info',
  };
  const hukz = await startInstance({ database, natsUrl: nats.url }, settings);
  const from = performance.now();
  await until('connected', async () => (await hukz.metric('hukz_nats_accounts')) === count);
  const seconds = (performance.now() - from) / 1000;
  for (let n = 0; n < events; n++) await hukz.api.event(`orders.e${n}`);
  const wanted = intake === 'core' ? events * (count + 1) : count + 1;
  await until('subscribed', async () => (await hukz.metric('hukz_subscriptions')) === wanted);
  await sleep(SETTLE_MS);
  const cpu = () => hukz.metric('process_cpu_seconds_total');
  const before = await cpu();
  await sleep(IDLE_MS);
  const idle = ((await cpu()) - before) / (IDLE_MS / 1000);
  const mib = (await hukz.metric('process_resident_memory_bytes')) / 2 ** 20;
  const row = { intake, accounts: count, events, seconds_after_start: seconds.toFixed(1) };
  console.log(JSON.stringify({ ...row, idle_cpu_percent: (idle * 100).toFixed(1), mib: mib.toFixed(0) }));
  await hukz.stop();
  await nats.close();
  await database.drop();
}

const postgres = await startTestServer();
process.env.TESTKIT_POSTGRES = JSON.stringify(postgres.address);
try {
  for (const intake of ['core', 'jetstream']) for (const count of [0, accounts]) await measure(count, intake);
} finally {
  await postgres.stop();
}
