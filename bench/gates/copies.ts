import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { checkArrivals, checkLogged } from '../checks.js';
import { BenchFailure } from '../failure.js';
import { addHooks, registerEvent, registerHook } from '../load/catalog.js';
import { deliverFlood, messagesOf, untilNothingIsOwed } from '../load/deliver.js';
import { growth, readMetrics } from '../metrics.js';
import { preloaded } from '../preloaded.js';
import type { BoundedCount } from './bounded-count.js';

const PAYLOAD_BYTES = 64 << 10;
const SUBJECTS = { one: 'bench.copies.one', fan: 'bench.copies.fan' };
const MESSAGES = 200;
const HELD_MESSAGES = 50;
const WEBHOOKS = 40;
const ACCEPTED_WITHIN_MS = 10_000;
const LOOKS = 10;
const LOOK_EVERY_MS = 150;

interface Copies {
  readonly copiedBytes: number;
  readonly residentBytes: number;
}

/**
 * Measures how often a large payload is copied on its way, and how many copies remain while forty webhooks wait for it.
 */
export async function copyGates(bench: Bench): Promise<readonly BoundedCount[]> {
  const counting = await preloaded('count-copies');
  const nodeArguments = ['--expose-gc', ...counting.nodeArguments];
  const read = async () => JSON.parse(await counting.ask()) as Copies;
  return bench.withReceiver((receiver) =>
    bench.apart({ name: 'copies', nodeArguments }, async (apart) => [
      await copied({ ...apart, receiver }, read),
      await retained({ ...apart, receiver }, read),
    ]),
  );
}

async function copied(bench: Bench, read: () => Promise<Copies>): Promise<BoundedCount> {
  await registerHook(bench.service.api, { subject: SUBJECTS.one, url: `${bench.receiver.origin}/hook` });
  const work = { subject: SUBJECTS.one, messages: MESSAGES, bytes: PAYLOAD_BYTES, window: 50 };
  await deliverFlood(bench, work);
  const before = await read();
  await deliverFlood(bench, work);
  const { copiedBytes } = await read();
  return {
    what: 'times that a payload of 64 KiB is copied from NATS to the journal and the receiver',
    value: (copiedBytes - before.copiedBytes) / (MESSAGES * PAYLOAD_BYTES),
    atMost: 5.5,
    worse: 'the path of a message copies its payload once more: keep a view of the body instead',
  };
}

async function retained(bench: Bench, read: () => Promise<Copies>): Promise<BoundedCount> {
  const { service, receiver, database } = bench;
  const eventId = await registerEvent(service.api, SUBJECTS.fan);
  const origin = await receiver.misbehave({ kind: 'silent' });
  await addHooks(bench, { eventId, first: 0, count: WEBHOOKS, origin });
  const run = bench.nextRun();
  const since = new Date();
  await receiver.begin({ run, messages: HELD_MESSAGES, fanOut: WEBHOOKS });
  const before = await minResident(read);
  await publish(bench, run);
  const after = await minResident(read);
  const arrived = receiver.untilAll(HELD_MESSAGES * WEBHOOKS);
  await receiver.heal();
  await arrived;
  await untilNothingIsOwed(database);
  checkArrivals(await receiver.report(), HELD_MESSAGES * WEBHOOKS);
  checkLogged(await database.logged(run, since), { messages: HELD_MESSAGES, deliveries: HELD_MESSAGES * WEBHOOKS });
  return {
    what: `copies in memory of a payload of 64 KiB that waits for ${WEBHOOKS} webhooks`,
    value: (after - before) / (HELD_MESSAGES * PAYLOAD_BYTES),
    atMost: 1.5,
    worse: 'the deliveries of a message no longer share one body, or committed payloads are not released',
  };
}

/**
 * V8 frees buffers some time after it has collected them, and a driver releases its last statement with the next one.
 */
async function minResident(read: () => Promise<Copies>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look++) {
    least = Math.min(least, (await read()).residentBytes);
    await sleep(LOOK_EVERY_MS);
  }
  return least;
}

/** Publishes and waits until all messages are in the journal, which means that their deliveries have begun. */
async function publish(bench: Bench, run: number): Promise<void> {
  const { service, publisher } = bench;
  const work = { subject: SUBJECTS.fan, messages: HELD_MESSAGES, bytes: PAYLOAD_BYTES };
  const before = await readMetrics(service.metrics);
  await publisher.ask('flood', { ...messagesOf(bench, work), run, window: HELD_MESSAGES });
  const deadline = Date.now() + ACCEPTED_WITHIN_MS;
  while (growth('hukz_messages_accepted_total', before, await readMetrics(service.metrics)) < HELD_MESSAGES) {
    if (Date.now() > deadline) throw new BenchFailure('the service did not accept all messages');
    await sleep(50);
  }
}
