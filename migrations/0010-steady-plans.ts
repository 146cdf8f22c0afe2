import type { Knex } from 'knex';

/** The columns by which the indexes of waiting deliveries are chosen. */
const COLUMNS = { owner: 'uuid', due_at: 'timestamptz', webhook_id: 'integer', order_key: 'uuid' };

/**
 * Normally every delivery is owned and none waits, and this is when PostgreSQL analyzes the table. If a receiver then
 * falls silent and hundreds of thousands of deliveries wait, plans would follow the old statistics until the next
 * analyze. Therefore PostgreSQL keeps no statistics of these columns and plans by the size of the table. Setting a
 * column's type again discards the old statistics; it rewrites no row but rebuilds the partial indexes, which takes
 * about a second for a million rows. No message is accepted during this time.
 */
export const steadyPlans = {
  name: '0010-steady-plans',

  async up(knex: Knex): Promise<void> {
    await alter(knex, (column, type) => `alter ${column} type ${type}, alter ${column} set statistics 0`);
  },

  async down(knex: Knex): Promise<void> {
    await alter(knex, (column) => `alter ${column} set statistics -1`);
  },
};

const alter = (knex: Knex, how: (column: string, type: string) => string) =>
  knex.raw(`alter table deliveries ${Object.entries(COLUMNS).map(([column, type]) => how(column, type))}`);
