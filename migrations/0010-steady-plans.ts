import type { Knex } from 'knex';

/** What the indexes of what waits are chosen by. */
const COLUMNS = { owner: 'uuid', due_at: 'timestamptz', webhook_id: 'integer', order_key: 'uuid' };

/**
 * In good times everything is owned and nothing waits, and that is when PostgreSQL looks at the table; when a receiver has
 * fallen silent and hundreds of thousands wait, it would go by that until it looks again. So it keeps no statistics of
 * these columns, and plans by the size that the table has. Naming a column's type anew is what throws the old ones away; it
 * rewrites no row, but builds the partial indexes again, a second or so for a million rows, in which nothing is accepted.
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
