import type { Knex } from 'knex';

/**
 * The revision of the resource in a remembered answer, which is its `ETag`. Null if the answer had none, and in rows of
 * instances from before this migration.
 */
export const replayedRevisions = {
  name: '0037-replayed-revisions',

  async up(knex: Knex): Promise<void> {
    await knex.raw('alter table idempotent_requests add column revision integer');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('alter table idempotent_requests drop column revision');
  },
};
