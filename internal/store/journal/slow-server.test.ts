import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { makeTestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestJournal, makeTestMessage } from '../../testkit/kits/test-journal.js';

const MESSAGES = 40;

it('a server that needs longer for a batch than a statement may take gets smaller ones, and stores each message once', async () => {
  const database = await makeTestDatabase();
  const connection = { ...database.connection, statement_timeout: 500 };
  const { journal, sql, stop } = await makeTestJournal({ ...database, connection });
  try {
    await sql(`create function slow() returns trigger language plpgsql as $$
      begin perform pg_sleep(0.03); return new; end $$`);
    await sql('create trigger slow before insert on messages for each row execute function slow()');
    const accepting = Array.from({ length: MESSAGES }, () =>
      journal.accept({
        message: makeTestMessage(),
        deliveries: [{ id: randomUUID(), webhookId: 1, wanted: true }],
      }),
    );
    const accepted = await Promise.all(accepting);
    expect(accepted.every(({ isNew }) => isNew)).toBe(true);
    expect(await sql('select from messages')).toHaveLength(MESSAGES);
    expect(await sql('select from deliveries')).toHaveLength(MESSAGES);
    expect(journal.trouble()).toBeUndefined();
  } finally {
    journal.abandon();
    await stop();
  }
});
