import type { Knex } from 'knex';

/**
 * The subject that a consumer reads in a stream of others. Null for a consumer that reads its whole stream, and in rows
 * from before this migration until hukz reads the consumer again.
 */
export const consumerFilters = {
  name: '0025-consumer-filters',

  async up(knex: Knex): Promise<void> {
    await knex.raw('alter table stream_positions add column filter text');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('alter table stream_positions drop column filter');
  },
};
