import { describe, expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { useInstanceKit } from '../testkit/per-test/use-instance-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useInstanceKit({ HUKZ_INSTANCE_TIMEOUT: '2s' });

/** Publishes numbered messages and returns the numbers of the messages that were acknowledged after their commit. */
async function publishNumbers(subject: string, count: number): Promise<Set<number>> {
  const acknowledged = new Set<number>();
  const asked = Array.from({ length: count }, async (_, n) => {
    const answer = await requestReceipt(kit.nats, { subject, payload: JSON.stringify({ n }) }, { timeout: 8000 }).catch(
      () => undefined,
    );
    if (answer && JSON.parse(answer.string()).message_id) acknowledged.add(n);
  });
  await Promise.all(asked);
  return acknowledged;
}
const idsReceived = () => kit.receiver.requests.map(({ headers }) => String(headers['webhook-id']));

it('loses nothing that was committed to a kill -9 in the middle of 1,000 deliveries', async () => {
  const first = await kit.start();
  await first.api.webhook(kit.receiver.url, [await first.api.event('a.b')]);
  kit.receiver.behave({ delayMs: 20 });
  const publishing = publishNumbers('a.b', 1000);
  await kit.receiver.waitFor(300);
  await first.kill();
  const sentBefore = kit.receiver.requests.length;
  const second = await kit.start();
  const acknowledged = await publishing;
  await kit.settled();

  const received = new Set(kit.numbersReceived());
  expect([...acknowledged].filter((n) => !received.has(n))).toEqual([]);
  const account = await kit.ledger.account();
  expect(account).toMatchObject({ pending: 0, held: 0, dead: 0, cancelled: 0 });
  expect(account.accepted).toBe(account.delivered);
  expect(account.accepted).toBeGreaterThanOrEqual(acknowledged.size);
  expect(await kit.ledger.logged('delivered')).toEqual(new Set(idsReceived()));
  // Deliveries that were sent twice were in flight when the instance died. There are at most as many as it had slots,
  // and the log says so.
  const ids = idsReceived();
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const interrupted = await kit.ledger.logged('interrupted');
  expect(twice.every((id) => interrupted.has(id))).toBe(true);
  expect(twice.length).toBeLessThanOrEqual(512);
  expect(sentBefore).toBeLessThan(1000);
  expect(second.lines.some((line) => line.includes('"instance.buried"'))).toBe(true);
}, 240_000);

describe('two instances', () => {
  it('share 10,000 messages: each arrives once', async () => {
    const [one, two] = await Promise.all([kit.start(), kit.start()]);
    await one.api.webhook(kit.receiver.url, [await one.api.event('a.b')]);
    await eventually(async () => (await two.metric('hukz_catalog_webhooks')) === 1, {
      what: 'the webhook known to the other',
      timeoutMs: 1000,
    });
    for (let n = 0; n < 10_000; n++) {
      kit.nats.publish('a.b', JSON.stringify({ n }));
      if (n % 500 === 0) await kit.nats.flush();
    }
    await kit.receiver.waitFor(10_000, 120_000);
    await kit.settled();
    const numbers = kit.numbersReceived();
    expect(numbers).toHaveLength(10_000);
    expect(new Set(numbers).size).toBe(10_000);
    expect(await kit.ledger.account()).toEqual({
      accepted: 10_000,
      delivered: 10_000,
      pending: 0,
      held: 0,
      dead: 0,
      cancelled: 0,
    });
    const [byOne, byTwo] = await Promise.all(
      [one, two].map((instance) => instance.metric('hukz_messages_accepted_total')),
    );
    expect(byOne).toBeGreaterThan(1000);
    expect(byTwo).toBeGreaterThan(1000);
  }, 240_000);

  it('know of each other’s changes within a second', async () => {
    const [one, two] = await Promise.all([kit.start(), kit.start()]);
    const eventId = await one.api.event('made.here');
    await eventually(async () => (await two.metric('hukz_subscriptions')) === 1, {
      what: 'the other subscribed',
      timeoutMs: 1000,
    });
    await two.api.put(`/events/${eventId}`, { event: 'renamed.there' });
    await two.api.event('second.one');
    await eventually(async () => (await one.metric('hukz_subscriptions')) === 2, {
      what: 'the first followed',
      timeoutMs: 1000,
    });
    expect(
      JSON.parse((await requestReceipt(kit.nats, { subject: 'renamed.there', payload: '{}' })).string()),
    ).toMatchObject({ webhooks: 0 });
  }, 120_000);

  it('lose nothing that was committed when one of them is killed', async () => {
    const [one] = await Promise.all([kit.start(), kit.start()]);
    await one.api.webhook(kit.receiver.url, [await one.api.event('a.b')]);
    kit.receiver.behave({ delayMs: 10 });
    const publishing = publishNumbers('a.b', 2000);
    await kit.receiver.waitFor(500);
    await one.kill();
    const acknowledged = await publishing;
    await kit.settled();
    const received = new Set(kit.numbersReceived());
    expect([...acknowledged].filter((n) => !received.has(n))).toEqual([]);
    const account = await kit.ledger.account();
    expect(account.accepted).toBe(account.delivered);
  }, 240_000);
});

describe('SIGTERM', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '(%s) finishes what runs, gives back the rest, and ends with 0',
    async (signal) => {
      const first = await kit.start();
      await first.api.webhook(kit.receiver.url, [await first.api.event('a.b')]);
      kit.receiver.behave({ delayMs: 200 });
      const acknowledged = await publishNumbers('a.b', 300);
      expect(acknowledged.size).toBe(300);
      expect(await first.stop(signal)).toBe(0);
      await kit.start();
      await kit.settled();
      expect(kit.numbersReceived().sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n));
      expect(await kit.ledger.account()).toEqual({
        accepted: 300,
        delivered: 300,
        pending: 0,
        held: 0,
        dead: 0,
        cancelled: 0,
      });
      expect(await kit.ledger.logged('interrupted')).toEqual(new Set());
    },
    30_000,
  );

  it('interrupts requests at the end of the grace period; they are sent again', async () => {
    const first = await kit.start({ HUKZ_SHUTDOWN_GRACE: '1s' });
    await first.api.webhook(kit.receiver.url, [await first.api.event('a.b')]);
    kit.receiver.behave((_request, index) => ({ hang: index < 3 }));
    await publishNumbers('a.b', 3);
    await kit.receiver.waitFor(3);
    const from = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - from).toBeLessThan(4000);
    await kit.start();
    await kit.settled();
    expect(await kit.ledger.account()).toMatchObject({ accepted: 3, delivered: 3 });
    expect((await kit.ledger.logged('local_fault')).size).toBe(3);
  }, 120_000);
});

it('survives that its database connections are cut again and again', async () => {
  const instance = await kit.start();
  await instance.api.webhook(kit.receiver.url, [await instance.api.event('a.b')]);
  const publishing = publishNumbers('a.b', 2000);
  for (let round = 1; round <= 8; round++) {
    await kit.receiver.waitFor(round * 200, 60_000);
    await kit.ledger.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'hukz%'`,
    );
  }
  const acknowledged = await publishing;
  expect(acknowledged.size).toBe(2000);
  await kit.settled();
  expect(new Set(kit.numbersReceived()).size).toBe(2000);
  expect(await kit.ledger.account()).toMatchObject({ accepted: 2000, delivered: 2000 });
}, 240_000);
