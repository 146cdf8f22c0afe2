import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pause } from '../../pause.js';
import { eventually } from '../../testkit/eventually.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../../testkit/kits/test-journal.js';
import { machinePace } from '../../testkit/turns/machine-pace.js';

let kit: TestJournal;

/** Makes the next inserts into a table fail. A sequence counts them, because a rollback does not undo it. */
const FAULTS = `
  create sequence faults;
  create table fault (code text, tries int);
  create function fail() returns trigger language plpgsql as $$
  declare f fault;
  begin
    select * into f from fault;
    if found and nextval('faults') <= f.tries then
      raise exception 'a fault of the server' using errcode = f.code;
    end if;
    return new;
  end $$;
  create trigger fail before insert on messages for each row execute function fail();
  create trigger fail before insert on quarantine for each row execute function fail();
  create trigger fail before insert on dead_letters for each row execute function fail()`;

const fail = async (code: string, tries: number) => {
  await kit.sql(`select setval('faults', 1, false)`);
  await kit.sql('truncate fault');
  await kit.sql('insert into fault values ($1, $2)', [code, tries]);
};
const accept = (message = makeTestMessage()) =>
  kit.journal.accept({
    message,
    deliveries: [
      { id: randomUUID(), webhookId: 1, wanted: true, parked: false, orderKey: undefined, isNumberedLater: false },
    ],
    catalogStamp: undefined,
  });

beforeAll(async () => {
  kit = await makeTestJournal();
  for (const statement of FAULTS.split(/;\n(?= {2}create (?:sequence|table|function|trigger))/))
    await kit.sql(statement);
});
afterAll(() => kit.stop());
beforeEach(() => kit.sql('truncate fault, messages, deliveries, quarantine'));

describe('what is not the fault of a message', () => {
  it.each([
    '0A000',
    '21000',
    '25006',
    '25P02',
    '26000',
    '28P01',
    '40001',
    '42501',
    '42P05',
    '42883',
    '53000',
    '53100',
    '53200',
    '53300',
    '55000',
    '55P03',
    '57014',
    '57P03',
    '58000',
    '58030',
    'F0000',
    'P0001',
    'XX000',
    'XX001',
    'XX002',
  ])('is waited out and tried again: %s', async (code) => {
    await fail(code, 2);
    expect(await accept()).toMatchObject({ isNew: true });
    expect(await kit.sql('select from messages')).toHaveLength(1);
    expect(await kit.sql('select from quarantine')).toHaveLength(0);
    expect(kit.journal.trouble()).toBeUndefined();
  });

  it('stays in sight for as long as it lasts, and is over when it ends', async () => {
    await fail('XX000', 1_000_000);
    const accepted = accept();
    await eventually(() => kit.journal.trouble()?.includes('a fault of the server'), { what: 'the trouble is told' });
    await kit.sql('truncate fault');
    expect(await accepted).toMatchObject({ isNew: true });
    expect(kit.journal.trouble()).toBeUndefined();
  });

  it('keeps deadlocks that do not end from losing a message', async () => {
    await fail('40P01', 9);
    expect(await accept()).toMatchObject({ isNew: true });
  });

  it('does not keep a message out of quarantine', async () => {
    await fail('53100', 2);
    expect(await accept({ ...makeTestMessage(), subject: 'a\0b' })).toMatchObject({ isNew: false });
    expect(await kit.sql('select from quarantine')).toHaveLength(1);
  });
});

describe('what a message causes', () => {
  it.each(['22001', '22003', '22021', '22P02', '23502', '23503', '23514', '54000', '54001'])(
    'refuses it and keeps its bytes: %s',
    async (code) => {
      await fail(code, 1);
      const { refused } = await accept();
      expect(refused).toBe('a fault of the server');
      expect(await kit.sql('select from quarantine')).toHaveLength(1);
    },
  );

  it('harms no neighbour, also when not even quarantine can hold it', async () => {
    await kit.sql('alter table quarantine add constraint small check (length(subject) < 20)');
    const poison = { ...makeTestMessage(), subject: `a\0${'b'.repeat(30)}` };
    const all = await Promise.all([makeTestMessage(), poison, makeTestMessage()].map(accept));
    expect(all.map(({ isNew }) => isNew)).toEqual([true, false, true]);
    expect(all[1]?.refused).toBeDefined();
    await kit.sql('alter table quarantine drop constraint small');
  });
});

describe('a message that fails alone, for a reason that is not said to be its fault', () => {
  const subjects = (poisoned: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({ ...makeTestMessage(), subject: n < poisoned ? 'poison' : 'fine' }));
  /** Replacing the function takes no lock on the tables, so other sessions can write to them meanwhile. */
  const refuseIf = (condition: string) =>
    kit.sql(`create or replace function refuse() returns trigger language plpgsql as $$ begin
      if ${condition} then raise exception 'no poison here'; end if;
      return new; end $$`);
  const poison = (subject: string, table = 'messages') =>
    refuseIf(
      `tg_argv[0] = '${table}' and coalesce(to_jsonb(new)->>'subject', to_jsonb(new)->>'event') like '${subject}'`,
    );
  const heal = () => refuseIf('false');
  beforeAll(async () => {
    await heal();
    for (const table of ['messages', 'webhook_logs'])
      await kit.sql(`create trigger refuse before insert on ${table} for each row execute function refuse('${table}')`);
  });
  afterEach(heal);

  /** Stores other messages meanwhile. */
  const others = () => {
    const done = new AbortController();
    const running = (async () => {
      while (!done.signal.aborted) {
        await accept();
        await pause(50, done.signal);
      }
    })();
    return async () => {
      done.abort();
      await running;
    };
  };

  it('does not delay the others, is reported, and is stored when that is possible', async () => {
    await poison('poison');
    const [bad, ...good] = subjects(1, 50).map(accept);
    expect((await Promise.all(good)).every(({ isNew }) => isNew)).toBe(true);
    expect(kit.journal.unstoredMessages()).toEqual(['no poison here']);
    expect(kit.journal.trouble()).toBeUndefined();
    // A later message is not blocked either.
    expect(await accept()).toMatchObject({ isNew: true });
    await heal();
    expect(await bad).toMatchObject({ isNew: true });
    expect(kit.journal.unstoredMessages()).toEqual([]);
  });

  it('does not slow down the others when one of its kind follows another', async () => {
    await poison('poison');
    const bad = [accept(subjects(1, 1)[0])];
    await accept();
    const from = performance.now();
    for (let n = 0; n < 5; n++) {
      bad.push(accept(subjects(1, 1)[0]));
      await accept();
    }
    const ms = performance.now() - from;
    await heal();
    await Promise.all(bad);
    expect(ms / machinePace()).toBeLessThan(4000);
  });

  it('is quarantined when it keeps failing while others are stored, also when there are many of its kind', async () => {
    await poison('poison');
    const results = subjects(40, 140).map(accept);
    expect((await Promise.all(results.slice(40))).every(({ isNew }) => isNew)).toBe(true);
    const stop = others();
    const bad = await Promise.all(results.slice(0, 40));
    await stop();
    expect(new Set(bad.map(({ refused }) => refused))).toEqual(new Set(['no poison here']));
    expect(await kit.sql('select from quarantine')).toHaveLength(40);
    expect(kit.journal.unstoredMessages()).toEqual([]);
    await heal();
  });

  it('is not blamed when all fail: few of them are tried, and all are stored when they can be', async () => {
    await poison('%');
    const all = Promise.all(subjects(0, 400).map(accept));
    await eventually(() => kit.journal.trouble()?.includes('no poison here'), { what: 'trouble', timeoutMs: 20_000 });
    const before = kit.pool.statements();
    await eventually(() => kit.pool.statements() > before + 32, { what: 'another round', timeoutMs: 10_000 });
    expect(kit.pool.statements()).toBeLessThan(2000);
    expect(await kit.sql('select from quarantine')).toHaveLength(0);
    await heal();
    expect((await all).every(({ isNew }) => isNew)).toBe(true);
  });

  it('leaves what was stored beside it with its sender, when it shares a batch with one that is refused', async () => {
    await poison('poison');
    const messages = [...subjects(0, 20), { ...makeTestMessage(), subject: 'a\0b' }, ...subjects(1, 20)];
    const results = messages.map(accept);
    const good = await Promise.all(results.filter((_, n) => n !== 20 && n !== 21));
    expect(good.every(({ isNew, owned }) => isNew && owned.size > 0)).toBe(true);
    expect(await results[20]).toMatchObject({ isNew: false, refused: expect.any(String) });
    await heal();
    expect(await results[21]).toMatchObject({ isNew: true });
  });

  it('does not stop settling: its attempt is settled without a log row', async () => {
    const owed = await Promise.all(Array.from({ length: 20 }, () => kit.owe()));
    await poison('poison', 'webhook_logs');
    const [first, ...rest] = owed;
    if (!first) throw new Error('no delivery');
    const settled = kit.journal.settle(kit.attempt({ ...first, message: { ...first.message, subject: 'poison' } }));
    await Promise.all(rest.map((delivery) => kit.journal.settle(kit.attempt(delivery))));
    expect(kit.journal.unstoredAttempts()).toEqual(['no poison here']);
    const done = new AbortController();
    const others = (async () => {
      while (!done.signal.aborted) await kit.journal.settle(kit.attempt(await kit.owe()));
    })();
    await settled;
    done.abort();
    await others;
    expect(await kit.sql('select from deliveries where id = $1', [first.id])).toHaveLength(0);
    await heal();
  });
});

describe('a connection whose prepared statements are not what we think', () => {
  it('is left behind, and the message is taken', async () => {
    await accept();
    // Every connection of the pool loses its prepared statements, without a notice to the driver.
    await Promise.all(Array.from({ length: 4 }, () => kit.sql(`select pg_sleep(0.05)`)));
    await Promise.all(Array.from({ length: 4 }, () => kit.sql('deallocate all')));
    for (let n = 0; n < 8; n++) expect(await accept()).toMatchObject({ isNew: true });
  });
});
