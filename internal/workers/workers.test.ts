import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import type { TestInstance } from '../testkit/kits/test-instance.js';
import { useInstanceKit } from '../testkit/per-test/use-instance-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useInstanceKit({ HUKZ_WORKERS: '2' });

interface Line {
  readonly name: string;
  readonly level: string;
  readonly worker?: number;
  readonly error?: string;
}

const linesOf = ({ lines }: Pick<TestInstance, 'lines'>, name: string): Line[] =>
  lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line.name === name);
/** Pids of the workers that have become ready, in that order. */
const workersOf = (service: TestInstance) => linesOf(service, 'worker.started').map(({ worker = 0 }) => worker);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const allReady = (service: TestInstance, count = 2) =>
  eventually(async () => (await service.metric('hukz_workers')) === count, {
    what: `${count} workers ready`,
    timeoutMs: 20_000,
  });

/** Publishes numbered messages, and resolves when each was answered after its commit. */
async function publishNumbers(subject: string, count: number): Promise<void> {
  await Promise.all(
    upTo(count).map((n) => requestReceipt(kit.nats, { subject, payload: JSON.stringify({ n }) }, { timeout: 10_000 })),
  );
}

describe('two workers', () => {
  it('share 2,000 messages: each arrives once, and the metrics are those of both', async () => {
    const service = await kit.start();
    await service.api.webhook(kit.receiver.url, [await service.api.event('a.b')]);
    await eventually(async () => (await service.metric('hukz_subscriptions')) === 2, { what: 'both subscribed' });
    kit.receiver.behave({ delayMs: 200 });
    const publishing = publishNumbers('a.b', 2000);
    const owners = async () => {
      const [row] = await kit.ledger.query<{ owners: number }>(
        'select count(distinct owner)::int as owners from deliveries',
      );
      return row?.owners;
    };
    await eventually(async () => (await owners()) === 2, { what: 'deliveries of both' });
    kit.receiver.behave({});
    await publishing;
    await kit.settled();
    expect(kit.numbersReceived().sort((a, b) => a - b)).toEqual(upTo(2000));
    expect(await kit.ledger.account()).toMatchObject({ accepted: 2000, delivered: 2000 });
    const metrics = ['hukz_messages_accepted_total', 'hukz_delivery_latency_seconds_count', 'hukz_catalog_webhooks'];
    expect(await Promise.all(metrics.map((name) => service.metric(name)))).toEqual([2000, 2000, 1]);
    expect((await kit.ledger.query('select id from instances')).length).toBe(2);
  }, 120_000);

  it('lose one to a kill -9: it is replaced, and the others send its deliveries within seconds', async () => {
    const service = await kit.start();
    await service.api.webhook(kit.receiver.url, [await service.api.event('a.b')]);
    await eventually(async () => (await service.metric('hukz_subscriptions')) === 2, { what: 'both subscribed' });
    kit.receiver.behave({ hang: true });
    await publishNumbers('a.b', 40);
    await kit.receiver.waitFor(40);
    const sent = await service.metric('hukz_messages_accepted_total');
    const [first = 0] = workersOf(service);
    kit.receiver.behave({});
    const from = performance.now();
    process.kill(first, 'SIGKILL');
    await eventually(async () => (await kit.ledger.logged('delivered')).size > 0, {
      what: 'the freed sent',
      timeoutMs: 9000,
    });
    // Without the help of the parent this takes INSTANCE_TIMEOUT, 30 s.
    expect(performance.now() - from).toBeLessThan(9000);
    await eventually(() => workersOf(service).length === 3, { what: 'another worker', timeoutMs: 20_000 });
    await allReady(service);
    await kit.settled();
    const interrupted = await kit.ledger.logged('interrupted');
    expect(interrupted.size).toBeGreaterThan(0);
    const delivered = await kit.ledger.logged('delivered');
    expect([...interrupted].filter((id) => !delivered.has(id))).toEqual([]);
    expect(await kit.ledger.account()).toMatchObject({ accepted: 40, delivered: 40 });
    expect(linesOf(service, 'instance.buried')).toHaveLength(1);
    expect(linesOf(service, 'worker.ended')).toMatchObject([{ worker: first, signal: 'SIGKILL' }]);
    // The counts of the dead worker's last report are kept.
    expect(await service.metric('hukz_messages_accepted_total')).toBe(sent);
    expect(await service.metric('hukz_workers_replaced_total')).toBe(1);
  }, 120_000);

  it('are replaced when one of them is stopped or stalls', async () => {
    const service = await kit.start({ HUKZ_INSTANCE_TIMEOUT: '4s' });
    const [first = 0, second = 0] = workersOf(service);
    process.kill(first, 'SIGTERM');
    await eventually(() => workersOf(service).length >= 3, { what: 'another in its place', timeoutMs: 20_000 });
    process.kill(second, 'SIGSTOP');
    await eventually(() => workersOf(service).length >= 4, { what: 'one in place of the stalled', timeoutMs: 20_000 });
    expect(linesOf(service, 'worker.stalled').map(({ worker }) => worker)).toContain(second);
    await allReady(service);
    expect((await service.api.get('/health/ready')).status).toBe(200);
    expect(await service.stop()).toBe(0);
  }, 120_000);

  it('finish at SIGTERM what runs, give back the rest, and end with 0', async () => {
    const first = await kit.start();
    await first.api.webhook(kit.receiver.url, [await first.api.event('a.b')]);
    kit.receiver.behave({ delayMs: 200 });
    await publishNumbers('a.b', 500);
    expect(await first.stop()).toBe(0);
    expect((await kit.ledger.account()).pending).toBeGreaterThan(0);
    expect(await kit.ledger.query('select id from instances')).toEqual([]);
    kit.receiver.behave({});
    await kit.start();
    await kit.settled();
    expect(kit.numbersReceived().sort((a, b) => a - b)).toEqual(upTo(500));
    expect(await kit.ledger.account()).toMatchObject({ accepted: 500, delivered: 500 });
    expect(await kit.ledger.logged('interrupted')).toEqual(new Set());
  }, 120_000);

  it('do not outlive the patience of a second signal', async () => {
    const service = await kit.start();
    await service.api.webhook(kit.receiver.url, [await service.api.event('a.b')]);
    kit.receiver.behave({ hang: true });
    await publishNumbers('a.b', 2);
    await kit.receiver.waitFor(2);
    void service.stop();
    await eventually(() => linesOf(service, 'app.stopping').length > 0, { what: 'it stops' });
    const from = performance.now();
    await eventually(() => performance.now() - from > 1500, { what: 'time between two wishes' });
    expect(await service.stop()).toBe(1);
  }, 120_000);

  it('end in good order when their parent is killed', async () => {
    const service = await kit.start();
    await service.api.webhook(kit.receiver.url, [await service.api.event('a.b')]);
    kit.receiver.behave({ delayMs: 500 });
    await publishNumbers('a.b', 20);
    await service.kill();
    expect(await kit.ledger.query('select id from instances')).toEqual([]);
    expect(await kit.ledger.logged('interrupted')).toEqual(new Set());
  }, 120_000);
});

describe('a configuration that no worker can run with', () => {
  const refused = async (more: Readonly<Record<string, string>>) => {
    const problem = await kit.start({ HUKZ_WORKERS: '3', ...more }).then(
      () => '',
      ({ message }: Error) => message,
    );
    expect(problem).toContain('exit code 1');
    const lines = problem.split('\n').map((line) => line.trim());
    expect(linesOf({ lines }, 'worker.ended')).toEqual([]);
    return linesOf({ lines }, 'app.failed').map(({ error }) => error);
  };

  it('ends the service once, in one sentence: a file that is not there', async () => {
    expect(await refused({ HUKZ_NATS_CREDS_FILE: '/nowhere/hukz.creds' })).toEqual([
      expect.stringContaining('/nowhere/hukz.creds'),
    ]);
  }, 120_000);

  it('ends it once: a port that is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => holder.once('listening', listening));
    const { port } = holder.address() as { port: number };
    const taken = `another program listens on 127.0.0.1:${port} already (EADDRINUSE)`;
    expect(await refused({ HUKZ_PORT: String(port) })).toEqual([`PORT: ${taken}`]);
    expect(await refused({ HUKZ_METRICS_PORT: String(port) })).toEqual([`METRICS_PORT: ${taken}`]);
    await new Promise((closed) => holder.close(closed));
  }, 120_000);
});
