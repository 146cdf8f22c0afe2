import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../../testkit/kits/test-journal.js';
import { fc } from '../../testkit/properties.js';
import { beat, burySilentInstances, leave } from './claim/instances.js';
import type { Journal } from './journal.js';

const PROCESSES = 3;
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('accept' as const), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('claim' as const), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('die' as const), count: fc.constant(100) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('settle' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unclaim' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('bury' as const), count: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const), count: fc.constant(0) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Process {
  instance: string;
  journal: Journal;
  memory: OwnedDelivery[];
}

let kit: TestJournal;
let accepted: string[];

beforeAll(async () => {
  kit = await makeTestJournal();
});
afterAll(() => kit.stop());

const attempted = (delivery: OwnedDelivery, isGood: boolean) =>
  isGood
    ? kit.attempt(delivery, { countedFailures: delivery.countedFailures })
    : kit.attempt(delivery, {
        outcome: 'failed',
        status: 500,
        countedFailures: delivery.countedFailures + 1,
        retryInMs: 0,
      });

async function accept(at: Process): Promise<void> {
  const [message, id] = [makeTestMessage(), randomUUID()];
  const { owned, owner } = await at.journal.accept({ message, deliveries: [{ id, webhookId: 1, wanted: true }] });
  accepted.push(id);
  if (owned.has(id)) at.memory.push({ id, message, webhookId: 1, owner, attempts: 0, countedFailures: 0 });
}

async function take(at: Process, count: number): Promise<void> {
  const { deliveries } = await at.journal.claim({ deliveries: count, bytes: 1 << 20, except: [] });
  at.memory.push(...deliveries);
}

/** Declares another process dead. It continues its work until its next heartbeat. */
async function bury(victim: Process): Promise<void> {
  await kit.sql(`update instances set seen_at = now() - interval '1 h' where id = $1`, [victim.instance]);
  await burySilentInstances(kit.pool, 30_000).catch(unlessDeadlocked);
}

/** A timer repeats the release of deliveries. Deliveries that could not be unclaimed are found among the strays. */
function unlessDeadlocked(error: { code?: string }): void {
  if (error.code !== '40P01') throw error;
}

async function expectNoDeadOwner(): Promise<void> {
  const orphans = await kit.sql(`select owner from deliveries d
    where owner is not null and not exists (select from instances i where i.id = d.owner)`);
  expect(orphans).toEqual([]);
}

async function perform(processes: readonly Process[], at: Process, one: Step): Promise<void> {
  if (!(await beat(kit.pool, at.instance))) Object.assign(at, await kit.join());
  const some = () => at.memory.splice(0, one.count);
  switch (one.do) {
    case 'accept':
      await Promise.all(Array.from({ length: one.count }, () => accept(at)));
      return;
    case 'claim':
      return take(at, one.count);
    case 'settle':
      await Promise.all(some().map((delivery, index) => at.journal.settle(attempted(delivery, index % 2 === 0))));
      return;
    case 'unclaim':
      return at.journal.unclaim(some()).catch(unlessDeadlocked);
    case 'die':
      await Promise.all([bury(at), take(at, one.count), ...Array.from({ length: 20 }, () => accept(at))]);
      return;
    case 'bury':
      return bury(processes[one.count % PROCESSES]!);
    case 'look':
      return expectNoDeadOwner();
    default:
      return one satisfies never;
  }
}

/** All remaining instances leave, and one last instance delivers everything that is still owed. */
async function finish(processes: readonly Process[]): Promise<void> {
  await burySilentInstances(kit.pool, 30_000);
  for (const { instance } of processes) await leave(kit.pool, instance);
  const { journal } = await kit.join();
  for (;;) {
    const { deliveries, lost } = await journal.claim({ deliveries: 1000, bytes: 1 << 30, except: [] });
    expect(lost).toBe(0);
    if (deliveries.length === 0) return;
    await Promise.all(deliveries.map((delivery) => journal.settle(attempted(delivery, true))));
  }
}

it('instances that race, stall and are buried meanwhile lose nothing and invent nothing', async () => {
  const stories = fc.array(fc.array(step, { minLength: 5, maxLength: 30, size: 'max' }), {
    minLength: PROCESSES,
    maxLength: PROCESSES,
  });
  await fc.assert(
    fc.asyncProperty(stories, async (lives) => {
      accepted = [];
      for (const table of ['deliveries', 'webhook_logs', 'instances']) await kit.sql(`delete from ${table}`);
      const processes: Process[] = await Promise.all(lives.map(async () => ({ ...(await kit.join()), memory: [] })));
      // Each process runs to its end. Otherwise work of a failed run would change the tables of the next run.
      const ends = await Promise.allSettled(
        lives.map(async (steps, index) => {
          for (const one of steps) await perform(processes, processes[index]!, one);
        }),
      );
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      await expectNoDeadOwner();
      await finish(processes);
      expect(await kit.sql('select id from deliveries')).toEqual([]);
      const delivered = await kit.sql<{ id: string }>(
        `select distinct delivery_id as id from webhook_logs where outcome = 'delivered'`,
      );
      expect(delivered.map(({ id }) => id).sort()).toEqual([...accepted].sort());
    }),
    { numRuns: 12, interruptAfterTimeLimit: 8_000 },
  );
});
