import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inTransaction } from '../store/postgres/in-transaction.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

describe('requests at the same instant', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await makeTestApi();
  });
  afterEach(() => api.stop());

  const newEvent = async (event: string): Promise<number> =>
    (await api.send('POST', '/events', { event }).expect(201)).body.id;
  const newWebhook = (event_ids: readonly number[]) =>
    api.send('POST', '/webhooks', { url: 'http://example.com', event_ids });
  const isWaiting = async () => {
    const { rows } = await api.db.raw(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  };
  const heldWrongly = async () => {
    const { rows } = await api.db.raw(`
      select 1 from webhook_events
      join events on events.id = event_id join webhooks on webhooks.id = webhook_id
      where events.deleted_at is not null and webhooks.deleted_at is null`);
    return rows.length;
  };

  it('register an event once', async () => {
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all([
        api.send('POST', '/events', { event: `same.${round}` }),
        api.send('POST', '/events', { event: `SAME.${round}` }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 422]);
    }
    expect((await api.counts()).events).toBe(10);
  });

  it('rename two events to one subject once', async () => {
    const [a, b] = [await newEvent('a'), await newEvent('b')];
    const answers = await Promise.all([a, b].map((id) => api.send('PUT', `/events/${id}`, { event: 'same' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  it('never leave a webhook with a deleted event', async () => {
    for (let round = 0; round < 8; round++) {
      const [a, b] = [await newEvent(`a${round}`), await newEvent(`b${round}`)];
      const webhook = (await newWebhook([a]).expect(201)).body.id;
      const answers = await Promise.all([
        newWebhook([a, b]),
        api.send('DELETE', `/events/${b}`),
        api.send('PUT', `/webhooks/${webhook}`, { event_ids: [b, a] }),
        api.send('DELETE', `/events/${a}`),
      ]);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      expect(await heldWrongly()).toBe(0);
    }
  });

  it('a webhook waits for the deletion of its event, and is refused when that succeeds', async () => {
    const id = await newEvent('about.to.go');
    let answer: Promise<unknown> | undefined;
    await api.db.transaction(async (trx) => {
      await trx('events').where({ id }).whereNull('deleted_at').forUpdate().first();
      await trx('events').where({ id }).update({ deleted_at: trx.fn.now() });
      answer = newWebhook([id]).then(({ status, body }) => [status, body.errors?.[0].message]);
      await eventually(isWaiting, { what: 'the webhook waits' });
    });
    expect(await answer).toEqual([422, `event_ids: there is no event ${id}`]);
  });

  it('a deletion waits for the webhook that is about to have the event, and is refused', async () => {
    const id = await newEvent('about.to.stay');
    const webhook = (await newWebhook([]).expect(201)).body.id;
    let answer: Promise<{ status: number }> | undefined;
    await api.db.transaction(async (trx) => {
      await trx.raw('select 1 from events where id = ? for key share', [id]);
      answer = api.send('DELETE', `/events/${id}`).then((answered) => answered);
      await eventually(isWaiting, { what: 'the deletion waits' });
      await trx('webhook_events').insert({ webhook_id: webhook, event_id: id });
    });
    expect((await answer)?.status).toBe(422);
  });

  it('change different fields of one webhook without losing either', async () => {
    const id = (await newWebhook([]).expect(201)).body.id;
    for (let round = 0; round < 10; round++) {
      await Promise.all([
        api.send('PATCH', `/webhooks/${id}`, { tags: { a: String(round) } }).expect(200),
        api.send('PATCH', `/webhooks/${id}`, { tags: { b: String(round) } }).expect(200),
        api.send('PUT', `/webhooks/${id}`, { name: `round ${round}` }).expect(200),
      ]);
      const { body } = await api.send('GET', `/webhooks/${id}`).expect(200);
      expect([body.name, body.tags]).toEqual([`round ${round}`, { a: String(round), b: String(round) }]);
    }
  });
});

describe('a transaction', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await makeTestApi();
    await api.db.raw('create table pair (id int primary key, n int not null); insert into pair values (1, 0), (2, 0)');
  });
  afterEach(() => api.stop());

  it('that was the victim of a deadlock is run again', async () => {
    let runs = 0;
    // The first run of each locks one row and waits for the row of the other, so that PostgreSQL has to choose one as
    // the victim.
    const holding = new Set<number>();
    const crossing = (first: number, second: number) =>
      inTransaction(api.db, async (trx) => {
        runs++;
        await trx('pair').where({ id: first }).increment('n');
        holding.add(first);
        await eventually(() => holding.size === 2, { what: 'both hold a row' });
        await trx('pair').where({ id: second }).increment('n');
      });
    await Promise.all([crossing(1, 2), crossing(2, 1)]);
    expect(runs).toBe(3);
    expect(await api.db('pair').orderBy('id').pluck('n')).toEqual([2, 2]);
  });

  it('is run at most five times', async () => {
    let runs = 0;
    const always = inTransaction(
      api.db,
      async (trx) => {
        runs++;
        await trx.raw(`do $$ begin raise exception 'again' using errcode = '40001'; end $$`);
      },
      () => 0,
    );
    await expect(always).rejects.toThrow('again');
    expect(runs).toBe(5);
  });
});
