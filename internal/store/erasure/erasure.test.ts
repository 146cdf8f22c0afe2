import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ErasureSelection } from '../../domain/erasure/erasure.js';
import { makeTestJournal, type TestJournal } from '../../testkit/kits/test-journal.js';
import type { JournalPool } from '../journal/journal-pool.js';
import { emptyMessages } from './empty-messages.js';
import type { FoundMessage } from './found-message.js';
import { endErasures, stepErasures } from './step-erasures.js';
import { forgetErased, sweepErased } from './sweep-erased.js';

const MAX_BYTES = 1 << 20;
let kit: TestJournal;

beforeAll(async () => {
  kit = await makeTestJournal();
});
afterAll(() => kit.stop());

async function begin({ event }: Pick<ErasureSelection, 'event'>): Promise<string> {
  const [row] = await kit.sql<{ id: string }>(
    'insert into erasures (created_by_id, event, until, total) values (1, $1, now(), 0) returning id',
    [event],
  );
  return row?.id ?? '';
}

/** Stores messages of a subject without deliveries. */
const store = (subject: string, count: number) =>
  kit.sql(
    `insert into messages (id, received_at, subject, payload)
     select gen_random_uuid(), now() - n * interval '1 ms', $1, 'content' from generate_series(1, $2::int) as n`,
    [subject, count],
  );
const left = async (subject: string) =>
  (
    await kit.sql<{ n: number }>(`select count(*)::int as n from messages where subject = $1 and payload <> ''`, [
      subject,
    ])
  )[0]?.n;
const job = async (id: string) =>
  (await kit.sql('select state, erased, is_scanned from erasures where id = $1', [id]))[0];
/** Empties one message, whose id need not have its time. */
async function empty(messageId: string): Promise<void> {
  const found = await kit.sql<FoundMessage>(
    'select id as message_id, received_at::text, subject, headers, true as last, true as fits from messages where id = $1',
    [messageId],
  );
  expect(await emptyMessages(kit.pool.run, randomUUID(), found)).toBe(1);
}
const noCopies = async () => undefined;
const logOf = async (id: string) =>
  (
    await kit.sql(
      'select outcome, response_status_code as status, response_body as body, response_headers as headers, error from webhook_logs where delivery_id = $1',
      [id],
    )
  )[0];

/** The pool of an instance that is killed after this many statements of a transaction. */
const killedAfter = (statements: number): JournalPool => ({
  ...kit.pool,
  transaction: (work) =>
    kit.pool.transaction((run) => {
      let before = statements;
      return work(async (statement, values) => {
        if (before-- === 0) throw new Error('killed');
        return run(statement, values);
      });
    }),
});

describe('a job', () => {
  it('empties at most 500 messages per transaction, and continues where a killed instance was', async () => {
    await store('job.large', 1200);
    await store('job.other', 1);
    const id = await begin({ event: 'job.large' });
    await stepErasures(kit.pool, MAX_BYTES);
    expect([await left('job.large'), await job(id)]).toEqual([
      700,
      { state: 'running', erased: 500, is_scanned: false },
    ]);
    for (const statements of [0, 1, 2, 3, 4]) {
      await expect(stepErasures(killedAfter(statements), MAX_BYTES)).rejects.toThrow('killed');
      expect([await left('job.large'), await job(id)]).toEqual([
        700,
        { state: 'running', erased: 500, is_scanned: false },
      ]);
    }
    while (await stepErasures(kit.pool, MAX_BYTES));
    expect([await left('job.large'), await left('job.other')]).toEqual([0, 1]);
    expect(await endErasures(kit.pool)).toEqual([]);
    while (await sweepErased(kit.pool, noCopies));
    expect(await endErasures(kit.pool)).toEqual([{ id, erased: 1200, undecided: 0 }]);
  });

  it('of two instances at once counts each message once', async () => {
    await store('job.both', 900);
    const id = await begin({ event: 'job.both' });
    const work = async () => {
      for (let steps = 0; steps < 4; steps++) {
        await stepErasures(kit.pool, MAX_BYTES);
        await sweepErased(kit.pool, noCopies);
      }
    };
    await Promise.all([work(), work()]);
    expect([await left('job.both'), await job(id)]).toEqual([0, { state: 'running', erased: 900, is_scanned: true }]);
    while (await sweepErased(kit.pool, noCopies));
    expect(await endErasures(kit.pool)).toMatchObject([{ id, erased: 900 }]);
  });
});

describe('an attempt that ends after its message was erased', () => {
  const answered = { status: 500, responseBody: Buffer.from('their words'), responseHeaders: Buffer.from('x: words') };
  const erase = async (messageId: string) => {
    await empty(messageId);
    while (await sweepErased(kit.pool, noCopies));
  };
  const kept = { outcome: 'delivered', status: 500, body: null, headers: null, error: null };

  it('keeps its outcome, and nothing of the answer', async () => {
    const delivery = await kit.owe('{"name":"alice"}');
    await erase(delivery.message.id);
    expect(await logOf(delivery.id)).toBeUndefined();
    await kit.journal.settle(kit.attempt(delivery, { ...answered, error: 'their words' }));
    expect(await logOf(delivery.id)).toEqual(kept);
  });

  it('of an instance that was declared dead keeps nothing either', async () => {
    const delivery = await kit.owe('{"name":"alice"}');
    await kit.sql('update deliveries set owner = null where id = $1', [delivery.id]);
    await erase(delivery.message.id);
    expect(await logOf(delivery.id)).toMatchObject({ outcome: 'cancelled', error: 'the message was erased' });
    await kit.journal.settle(kit.attempt({ ...delivery, attempts: 6 }, answered));
    const logs = await kit.sql<{ text: string }>('select l::text as text from webhook_logs l where delivery_id = $1', [
      delivery.id,
    ]);
    expect(logs).toHaveLength(2);
    expect(JSON.stringify(logs)).not.toContain('words');
  });

  it('of any other message keeps its answer', async () => {
    const delivery = await kit.owe();
    await kit.journal.settle(kit.attempt(delivery, answered));
    expect(await logOf(delivery.id)).toMatchObject({ body: 'their words', headers: 'x: words' });
  });

  it('that began before the erasure is found by the last look', async () => {
    const delivery = await kit.owe('{"name":"alice"}');
    await erase(delivery.message.id);
    await kit.sql('delete from deliveries where id = $1', [delivery.id]);
    await kit.sql(`update erased_messages set sweep_at = now()`);
    while (await sweepErased(kit.pool, noCopies));
    // The statement of a stalled instance, which has not seen the erasure, commits now.
    await kit.journal.settle(
      kit.attempt({ ...delivery, message: { ...delivery.message, id: randomUUID() } }, answered),
    );
    expect(await logOf(delivery.id)).toMatchObject({ body: 'their words' });
    const [before] = await kit.sql<{ at: Date | null }>(
      'select sweep_at as at from erased_messages where message_id = $1',
      [delivery.message.id],
    );
    expect(before?.at?.getTime()).toBeGreaterThan(Date.now());
    await kit.sql('update erased_messages set sweep_at = now() where message_id = $1', [delivery.message.id]);
    while (await sweepErased(kit.pool, noCopies));
    expect(await logOf(delivery.id)).toMatchObject({ body: null, headers: null });
    const [after] = await kit.sql<{ at: Date | null }>(
      'select sweep_at as at from erased_messages where message_id = $1',
      [delivery.message.id],
    );
    expect(after?.at).toBeNull();
  });
});

describe('a delivery that is claimed after its message was erased', () => {
  it('is cancelled instead of sent', async () => {
    const delivery = await kit.owe('{"name":"alice"}');
    await empty(delivery.message.id);
    await kit.sql('update deliveries set owner = null, due_at = now() where id = $1', [delivery.id]);
    const { deliveries, lost } = await kit.journal.claim({ deliveries: 100, bytes: 1 << 20, except: [] });
    expect([deliveries.map(({ id }) => id).includes(delivery.id), lost]).toEqual([false, 0]);
    expect(await logOf(delivery.id)).toMatchObject({ outcome: 'cancelled', error: 'the message was erased' });
  });
});

describe('the memory of erased messages', () => {
  it('ends after a week, if nothing of the message is left', async () => {
    await kit.sql(`update erased_messages set erased_at = now() - interval '8 days'`);
    await kit.sql(`update erased_messages set sweep_at = null where swept_at is not null`);
    const count = async () =>
      (await kit.sql<{ n: number }>('select count(*)::int as n from erased_messages'))[0]?.n ?? 0;
    const [unswept] = await kit.sql<{ n: number }>(
      'select count(*)::int as n from erased_messages where swept_at is null',
    );
    while (await forgetErased(kit.pool));
    expect(await count()).toBe(unswept?.n);
  });
});
