import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import type { Message } from '../../domain/message/message.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../../testkit/kits/test-journal.js';
import { fc } from '../../testkit/properties.js';
import type { Accepted } from './accept/accept.js';
import type { NewDelivery } from './accept/accept-statement.js';
import { burySilentInstances, leave } from './claim/instances.js';
import type { Journal } from './journal.js';

const HOUR_MS = 3_600_000;
const SLOTS = 3;
const ENDS = {
  delivered: { outcome: 'delivered', status: 200, costs: 0, retryInMs: undefined, because: undefined },
  soon: { outcome: 'failed', status: 500, costs: 1, retryInMs: 0, because: undefined },
  later: { outcome: 'failed', status: 503, costs: 1, retryInMs: HOUR_MS, because: undefined },
  ourFault: { outcome: 'local_fault', status: undefined, costs: 0, retryInMs: 0, because: undefined },
  exhausted: { outcome: 'dead', status: 500, costs: 1, retryInMs: undefined, because: 'exhausted' },
  gone: { outcome: 'dead', status: 410, costs: 1, retryInMs: undefined, because: 'gone' },
} as const;
type End = keyof typeof ENDS;

const slot = fc.nat({ max: SLOTS - 1 });
const webhookId = fc.integer({ min: 1, max: 2 });
const which = fc.nat();
const owed = fc.array(fc.record({ webhookId, wanted: fc.boolean() }), { maxLength: 3 });
const end = fc.constantFrom(...(Object.keys(ENDS) as End[]));
const except = fc.subarray([1, 2], { maxLength: 1 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('accept' as const), slot, owed, payload: fc.uint8Array() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('acceptAgain' as const), slot, which, owed }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('acceptAtOnce' as const),
      by: fc.array(slot, { minLength: 2, maxLength: 4 }),
      owed,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      slot,
      most: fc.integer({ min: 1, max: 5 }),
      except,
      isLost: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('claimAtOnce' as const) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('settle' as const), slot, which, end }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settleAgain' as const), slot, which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('park', 'unclaim', 'cancel' as const), slot, which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unclaimStrays' as const), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('unpark', 'timePasses' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('toggle' as const), webhookId }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('fallSilent', 'wake', 'leave' as const), slot }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Owed = typeof owed extends fc.Arbitrary<infer T> ? T : never;

/** The model of a delivery: its state, and its logged attempts. */
interface Known {
  readonly webhookId: number;
  readonly message: Message;
  state: 'owned' | 'due' | 'later' | 'parked' | 'delivered' | 'dead' | 'cancelled';
  owner: string | null;
  attempts: number;
  failures: number;
  readonly logs: string[];
}

/** One process: the instance that it believes to be, and the deliveries that it believes to own. */
interface Process {
  instance: string;
  journal: Journal;
  memory: OwnedDelivery[];
  readonly settled: SettledAttempt[];
}

let kit: TestJournal;

beforeAll(async () => {
  kit = await makeTestJournal();
  await kit.sql(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled, tags, space_id)
                 values (1, 1, '', 'https://second.example/', true, '{}', 7)`);
});
afterAll(() => kit.stop());

const join = async (): Promise<Process> => ({ ...(await kit.join()), memory: [], settled: [] });

async function startAgain(): Promise<Process[]> {
  for (const table of ['deliveries', 'dead_letters', 'webhook_logs', 'instances'])
    await kit.sql(`delete from ${table}`);
  await kit.sql('update webhooks set enabled = true');
  return Promise.all(Array.from({ length: SLOTS }, join));
}

/** The journal and its model. Each step does the same to both. */
class Bench {
  readonly known = new Map<string, Known>();
  private readonly alive: Set<string>;
  private readonly disabled = new Set<number>();
  private readonly messages: Message[] = [];
  /** Each attempt of a run starts in a millisecond of its own. */
  private startedAt = Date.now();

  constructor(private readonly processes: readonly Process[]) {
    this.alive = new Set(processes.map(({ instance }) => instance));
  }

  async perform(one: Step): Promise<void> {
    const at = 'slot' in one ? this.processes[one.slot]! : this.processes[0]!;
    switch (one.do) {
      case 'accept':
        return this.accept(at, makeTestMessage(one.payload, Date.now() - one.payload.length * 1000), one.owed);
      case 'acceptAgain':
        return this.acceptAgain(at, one.which, one.owed);
      case 'acceptAtOnce':
        return this.acceptAtOnce(
          one.by.map((index) => this.processes[index]!),
          one.owed,
        );
      case 'claim':
        return this.claim(at, one);
      case 'claimAtOnce':
        return this.claimAtOnce();
      case 'settle':
        return this.settle(at, one.which, one.end);
      case 'settleAgain':
        return this.settleAgain(at, one.which);
      case 'park':
      case 'unclaim':
      case 'cancel':
        return this.setAside(at, one.which, one.do);
      case 'unclaimStrays':
        return this.unclaimStrays(at);
      case 'unpark':
        return this.unpark();
      case 'timePasses':
        return this.letTimePass();
      case 'toggle':
        return this.toggle(one.webhookId);
      case 'fallSilent':
        return this.fallSilent(at);
      case 'wake':
        return this.wake(at);
      case 'leave':
        return this.leave(at);
      default:
        return one satisfies never;
    }
  }

  private async accept(at: Process, message: Message, wanted: Owed) {
    const deliveries = wanted.map((each) => ({ ...each, id: randomUUID() }));
    const accepted = await at.journal.accept({ message, deliveries });
    expect(accepted.isNew).toBe(true);
    this.remember(at, message, deliveries, accepted);
  }

  /**
   * The same message arrives at several instances, or twice at one. The first one stores it, the others get nothing.
   */
  private async acceptAtOnce(by: Process[], wanted: Owed) {
    const message = makeTestMessage();
    const answers = await Promise.all(
      by.map(async (at) => {
        const deliveries = wanted.map((each) => ({ ...each, id: randomUUID() }));
        return { at, deliveries, accepted: await at.journal.accept({ message, deliveries }) };
      }),
    );
    expect(answers.filter(({ accepted }) => accepted.isNew)).toHaveLength(1);
    for (const { at, deliveries, accepted } of answers) {
      if (accepted.isNew) this.remember(at, message, deliveries, accepted);
      else expect(accepted.owned.size).toBe(0);
    }
  }

  private remember(at: Process, message: Message, deliveries: NewDelivery[], { owned }: Accepted) {
    const lives = this.alive.has(at.instance);
    expect(owned).toEqual(new Set(deliveries.filter(({ wanted }) => lives && wanted).map(({ id }) => id)));
    this.messages.push(message);
    for (const { id, webhookId: webhook } of deliveries) {
      const owner = owned.has(id) ? at.instance : null;
      const state = owner ? 'owned' : 'due';
      this.known.set(id, { webhookId: webhook, message, state, owner, attempts: 0, failures: 0, logs: [] });
      if (owner) at.memory.push({ id, message, webhookId: webhook, owner, attempts: 0, countedFailures: 0 });
    }
  }

  /** A stream delivers a message again that it has no acknowledgement for. */
  private async acceptAgain(at: Process, index: number, wanted: Owed) {
    const message = this.messages[index % this.messages.length];
    if (!message) return;
    const deliveries = wanted.map((each) => ({ ...each, id: randomUUID() }));
    const accepted = await at.journal.accept({ message, deliveries });
    expect([accepted.isNew, accepted.owned.size]).toEqual([false, 0]);
  }

  private async claim(at: Process, room: { most: number; except: number[]; isLost: boolean }) {
    const lives = this.alive.has(at.instance);
    const due = this.idsOf((one) => one.state === 'due' && !room.except.includes(one.webhookId));
    const claimed = await at.journal.claim({ deliveries: room.most, bytes: 1 << 30, except: room.except });
    expect(claimed.lost).toBe(0);
    expect(claimed.deliveries).toHaveLength(lives ? Math.min(due.length, room.most) : 0);
    this.take(at, claimed.deliveries, room.isLost);
  }

  private async claimAtOnce() {
    const room = { deliveries: 3, bytes: 1 << 30, except: [] };
    const claims = await Promise.all(this.processes.map(({ journal }) => journal.claim(room)));
    // A delivery that two instances claim at once fails in `take` the second time, because it is not due any more.
    for (const [index, { deliveries }] of claims.entries()) this.take(this.processes[index]!, deliveries, false);
  }

  private take(at: Process, deliveries: readonly OwnedDelivery[], isLost: boolean) {
    for (const delivery of deliveries) {
      const one = this.known.get(delivery.id)!;
      expect(one.state).toBe('due');
      const { webhookId: webhook, message, attempts, failures } = one;
      expect(delivery).toMatchObject({ webhookId: webhook, owner: at.instance, attempts, countedFailures: failures });
      expect(delivery.message).toEqual(message);
      Object.assign(one, { state: 'owned', owner: at.instance });
      if (!isLost) at.memory.push(delivery);
    }
  }

  private async settle(at: Process, index: number, how: End) {
    const delivery = pull(at.memory, index);
    if (!delivery) return;
    const { costs, ...verdict } = ENDS[how];
    const attempt: SettledAttempt = {
      delivery,
      webhook: { ...kit.webhook, id: delivery.webhookId },
      startedAt: this.startedAt++,
      durationMs: 1.5,
      responseBody: undefined,
      error: undefined,
      countedFailures: delivery.countedFailures + costs,
      ...verdict,
    };
    await at.journal.settle(attempt);
    at.settled.push(attempt);
    const one = this.known.get(delivery.id)!;
    one.logs.push(`${delivery.attempts + 1} ${attempt.outcome}`);
    if (!isStill(one, delivery)) return;
    one.owner = null;
    if (attempt.retryInMs === undefined) one.state = attempt.because ? 'dead' : 'delivered';
    else one.state = attempt.retryInMs === 0 ? 'due' : 'later';
    if (one.state === 'delivered') return;
    one.attempts = delivery.attempts + 1;
    one.failures = attempt.countedFailures;
  }

  /** The reply to a settle was lost, so the settle is repeated, perhaps long after. */
  private async settleAgain(at: Process, index: number) {
    const attempt = at.settled[index % at.settled.length];
    if (attempt) await at.journal.settle(attempt);
  }

  private async setAside(at: Process, index: number, how: 'park' | 'unclaim' | 'cancel') {
    const delivery = pull(at.memory, index);
    if (!delivery) return;
    await (how === 'unclaim' ? at.journal.unclaim([delivery]) : at.journal[how](delivery));
    const one = this.known.get(delivery.id)!;
    if (!isOwned(one, delivery)) return;
    if (how === 'cancel') one.logs.push(`${one.attempts + 1} cancelled`);
    Object.assign(one, { state: { park: 'parked', unclaim: 'due', cancel: 'cancelled' }[how], owner: null });
  }

  private async unclaimStrays(at: Process) {
    const residents = new Set(at.memory.map(({ id }) => id));
    const strays = this.idsOf(({ owner }, id) => owner === at.instance && !residents.has(id));
    expect(await at.journal.unclaimStrays((id) => residents.has(id))).toBe(strays.length);
    for (const id of strays) Object.assign(this.known.get(id)!, { state: 'due', owner: null });
  }

  private async unpark() {
    const free = this.idsOf((one) => one.state === 'parked' && !this.disabled.has(one.webhookId));
    expect(await this.processes[0]!.journal.unpark(1000)).toBe(free.length);
    for (const id of free) this.known.get(id)!.state = 'due';
  }

  private async letTimePass() {
    await kit.sql('update deliveries set due_at = now() where owner is null and isfinite(due_at)');
    for (const id of this.idsOf(({ state }) => state === 'later')) this.known.get(id)!.state = 'due';
  }

  private async toggle(id: number) {
    const [row] = await kit.sql<{ enabled: boolean }>(
      'update webhooks set enabled = not enabled where id = $1 returning enabled',
      [id],
    );
    if (row?.enabled) this.disabled.delete(id);
    else this.disabled.add(id);
  }

  /** The process itself does not notice its silence. */
  private async fallSilent(at: Process) {
    const silent = this.alive.delete(at.instance) ? [at.instance] : [];
    await kit.sql(`update instances set seen_at = now() - interval '1 h' where id = $1`, [at.instance]);
    const freed = this.idsOf(({ owner }) => owner === at.instance);
    expect(await burySilentInstances(kit.pool, 30_000)).toEqual({ instances: silent, freed: freed.length });
    for (const id of freed) {
      const one = this.known.get(id)!;
      one.logs.push(`${++one.attempts} interrupted`);
      Object.assign(one, { state: 'due', owner: null });
    }
  }

  /** The process takes a new id. Requests under its former id are still in progress. */
  private async wake(at: Process) {
    if (this.alive.has(at.instance)) return;
    const { instance, journal } = await kit.join();
    Object.assign(at, { instance, journal });
    this.alive.add(instance);
  }

  private async leave(at: Process) {
    await leave(kit.pool, at.instance);
    this.alive.delete(at.instance);
    for (const id of this.idsOf(({ owner }) => owner === at.instance)) {
      Object.assign(this.known.get(id)!, { state: 'due', owner: null });
    }
  }

  private idsOf(is: (one: Known, id: string) => boolean): string[] {
    return [...this.known].filter(([id, one]) => is(one, id)).map(([id]) => id);
  }
}

const isOwned = (one: Known, delivery: OwnedDelivery) => one.state === 'owned' && one.owner === delivery.owner;
const isStill = (one: Known, delivery: OwnedDelivery) => isOwned(one, delivery) && one.attempts === delivery.attempts;
const pull = <T>(list: T[], index: number): T | undefined =>
  list.length === 0 ? undefined : list.splice(index % list.length, 1)[0];

const ACCOUNT = `
  select d.id, case when owner is not null then 'owned' when not isfinite(due_at) then 'parked'
      when due_at <= now() then 'due' else 'later' end as state,
    owner, attempts, failures, owner is not null and not exists (select from instances i where i.id = d.owner) as orphaned
  from deliveries d
  union all select id, 'dead', null, attempts, null, false from dead_letters
  union all
  select delivery_id, max(outcome), null, null, null, false from webhook_logs
  where outcome in ('delivered', 'cancelled')
    and delivery_id not in (select id from deliveries union all select id from dead_letters)
  group by delivery_id`;

interface AccountRow {
  readonly id: string;
  readonly state: string;
  readonly owner: string | null;
  readonly attempts: number | null;
  readonly failures: number | null;
  readonly orphaned: boolean;
}

/** Every accepted delivery is in exactly one place, which the model knows, and no dead instance owns a delivery. */
async function expectAccountCloses(bench: Bench): Promise<void> {
  const rows = await kit.sql<AccountRow>(ACCOUNT);
  expect(rows.filter(({ orphaned }) => orphaned)).toEqual([]);
  expect(rows.map(({ id }) => id).sort()).toEqual([...bench.known.keys()].sort());
  for (const { id, state, owner, attempts, failures } of rows) {
    const one = bench.known.get(id)!;
    // A late instance may log the success of a delivery that was cancelled or buried since. The delivery's place does
    // not change.
    if (one.state === 'cancelled' || one.state === 'delivered') expect(['cancelled', 'delivered']).toContain(state);
    else
      expect({ id, state, owner, attempts }).toEqual({
        id,
        state: one.state,
        owner: one.owner,
        attempts: one.attempts,
      });
    if (failures !== null) expect(failures).toBe(one.failures);
  }
}

async function expectLogs(bench: Bench): Promise<void> {
  const rows = await kit.sql<{ id: string; logs: string[] }>(
    `select delivery_id as id, array_agg(attempt || ' ' || outcome) as logs from webhook_logs group by delivery_id`,
  );
  const logged = new Map(rows.map(({ id, logs }) => [id, logs.sort()]));
  for (const [id, { logs }] of bench.known) expect([id, logged.get(id) ?? []]).toEqual([id, logs.sort()]);
}

it('whatever instances do, in whatever order, each delivery is where the model knows it, and the account closes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
      const bench = new Bench(await startAgain());
      for (const one of steps) {
        await bench.perform(one);
        await expectAccountCloses(bench);
      }
      await expectLogs(bench);
    }),
    { numRuns: 30, interruptAfterTimeLimit: 10_000 },
  );
});
